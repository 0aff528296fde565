import Foundation
import TestSupport
import Testing

/// Invitations by a mail server that is not ours.
@Suite(.timeLimit(.minutes(20)))
struct MailDeliveryTests {
    private static let password = "geheim: ß\"' 🚀"

    @Test func `invitations go to a mail server, and one that it refuses holds up nothing`() async throws {
        let post = try await MailServer(.startTLS, options: ["--user", "daybook", "--password", Self.password])
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await serve(installation, at: provider.site, mailingBy: post)
            let invites = ["refused@example.org", "later@example.org", "bob@example.org"]
            let ada = try await found(server, by: provider, inviting: invites)
            try await eventually("Bob's invitation is mailed") { try !post.received().isEmpty }
            try await eventually("the refusal is noted") {
                try refusals(of: installation) == ["refused@example.org mail.refused"]
            }

            let mail = try #require(try post.received().first)
            #expect(mail.to == ["bob@example.org"] && mail.from == "daybook@example.com")
            #expect(mail.encrypted && mail.user == "daybook" && mail.defects.isEmpty)
            let link = try #require(mail.text.firstMatch(of: #/https?:\/\/[^\s]+/#)).0
            #expect(link.hasPrefix("\(provider.site.origin)/auth/invite?token=dbi_"))
            let bob = Browser()
            try await provider.logIn("Bob", "bob@example.org", in: bob, at: server.url)
            let acceptance: JSON = ["token": .string(String(link.suffix(47))), "handle": "bob", "name": "Bob"]
            #expect(try await bob.send(.POST, acceptance, to: "\(server.url)/orgs/invites/accept").status == 200)

            #expect(try await ada.open("\(server.url)/auth/session").status == 200)
            #expect(server.words.contains("refused for good"))
            for secret in [Self.password, "geheim", "refused@example.org", "bob@example.org"] {
                #expect(!server.words.contains(secret), "the log has \(secret)")
            }
            await provider.stop()
        }
    }

    @Test func `a server that is away holds up no founding, and gets the mail when it is there`() async throws {
        try await Installation.run { (installation) async throws in
            let provider = try await DevProvider.start(for: installation)
            let server = try await serve(installation, at: provider.site, mailingTo: FreePort.next())
            _ = try await found(server, by: provider, inviting: ["bob@example.org"])
            try await eventually("it is said that mail waits") { server.words.contains("mail waits") }
            #expect(server.words.contains("mail.connection_failed"))
            await server.kill()

            let post = try await MailServer(.startTLS, options: ["--user", "daybook", "--password", Self.password])
            _ = try await serve(installation, at: Site(of: installation), mailingBy: post)
            // The lease of the one that was killed has to end first.
            try await eventually("the invitation is mailed", timeout: .seconds(90)) { try post.received().count == 1 }
        }
    }

    /// - Parameter post: where mail goes; by default to the port.
    private func serve(
        _ installation: Installation,
        at site: Site,
        mailingBy post: MailServer? = nil,
        mailingTo port: UInt16 = 0
    ) async throws -> Server {
        let password = "\(installation.folder)/smtp-password"
        let settings = "\(installation.folder)/mail-\(site.port).yaml"
        let text = """
            mail:
              sender: daybook@example.com
              smtp:
                host: 127.0.0.1
                port: \(post.map { "\($0.port)" } ?? "\(port)")
                user: daybook
            \(post.map { "    authorities: \($0.authority)" } ?? "")
            """
        for (file, content) in [(password, Self.password + "\n"), (settings, text)] {
            try #require(
                FileManager.default.createFile(
                    atPath: file,
                    contents: Data(content.utf8),
                    attributes: [.posixPermissions: 0o600]
                )
            )
        }
        return try await installation.serve(
            options: site.loginOptions + ["--config", settings],
            environment: ["DAYBOOK_MAIL_SMTP_PASSWORD_FILE": password],
            port: site.port
        )
    }

    private func found(
        _ server: Server,
        by provider: DevProvider,
        inviting invites: [String]
    ) async throws -> Browser {
        let ada = Browser()
        try await provider.logIn("Ada", "ada@example.com", in: ada, at: server.url)
        let held = try await ada.send(.POST, ["name": "Acme"], to: "\(server.url)/orgs")
        let onboarding = "\(server.url)/orgs/onboarding/\(held.json["id"].text ?? "")"
        let wishes: JSON = ["handle": "ada", "name": "Ada", "invites": .array(invites.map { .string($0) })]
        #expect(try await ada.send(.POST, wishes, to: "\(onboarding)/complete").status == 202)
        try await eventually("the organization is founded") {
            try await ada.open(onboarding).json["state"].text == "finished"
        }
        return ada
    }

    private func refusals(of installation: Installation) throws -> [String] {
        try installation.control().execute(
            "SELECT email || ' ' || mail_refusal FROM rm.invites WHERE mail_refused_at IS NOT NULL"
        ).decode(String.self)
    }
}
