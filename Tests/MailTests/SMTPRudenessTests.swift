import Mail
import Testing

/// Servers that do not keep to the protocol.
struct SMTPRudenessTests {
    @Test(
        arguments: [
            ("silent", .timedOut, true),
            ("web", .protocolError, false),
            ("endless", .protocolError, false),
            ("gone", .connectionLost, true),
            ("stops", .refused, true),
            ("vague", .connectionLost, true),
        ] as [(String, MailError.Code, Bool)]
    )
    func `a server that breaks the rules is left`(kind: String, code: MailError.Code, isRetriable: Bool) async throws {
        let server = try await MailServer(options: ["--rude", kind])
        let mailer = try server.mailer(timeout: .seconds(1))
        await expect(code, isRetriable: isRetriable) { try await mailer.send(.to("ada")) }
    }

    @Test func `what is said before encryption does not count behind it`() async throws {
        let server = try await MailServer(options: ["--rude", "eager"])
        let error = await expect(.protocolError, isRetriable: false) { try await server.mailer().send(.to("ada")) }
        #expect(error?.message.contains("more than it was asked") == true)
    }

    @Test func `no error says the password, though the server does`() async throws {
        let server = try await MailServer(options: ["--rude", "echo"])
        let credentials = try SMTPConfiguration.Credentials(user: "daybook", password: "geheim")
        let error = await expect(.loginRefused, isRetriable: false) {
            try await server.mailer(credentials: credentials).send(.to("ada"))
        }
        #expect(error?.message.contains("535") == true && error?.message.contains("geheim") == false)
        var dumped = ""
        dump(SMTPConfiguration(host: "localhost", port: 25, credentials: credentials), to: &dumped)
        #expect(!"\(dumped) \(credentials)".contains("geheim"))
    }

    @Test func `a login that SMTP cannot carry is refused at once`() async {
        for (user, password) in [("", "geheim"), ("daybook", ""), ("day\0book", "geheim"), ("daybook", "ge\0heim")] {
            await expect(.invalidConfiguration, isRetriable: false) {
                _ = try SMTPConfiguration.Credentials(user: user, password: password)
            }
        }
    }

    @Test func `trust that cannot be read is refused at once`() async {
        await expect(.invalidConfiguration, isRetriable: false) {
            let configuration = SMTPConfiguration(host: "localhost", port: 25, trustRoots: "/nowhere/authority.pem")
            _ = try SMTPMailer(configuration, sender: .daybook)
        }
    }
}
