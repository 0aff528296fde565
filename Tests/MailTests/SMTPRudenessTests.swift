import Mail
import TestSupport
import Testing

/// Servers that do not keep to the protocol.
struct SMTPRudenessTests {
    @Test(
        arguments: [
            ("silent", .timedOut, true),
            ("web", .protocolError, false),
            ("endless", .protocolError, false),
            ("gone", .connectionLost, true),
            ("stops", .serverRefused, true),
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
        let error = await expect(.protocolError, isRetriable: false) {
            try await server.mailer(security: .startTLS).send(.to("ada"))
        }
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
        dump(try SMTPConfiguration(host: "localhost", security: .tls, credentials: credentials), to: &dumped)
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
            let configuration = try SMTPConfiguration(
                host: "localhost",
                security: .startTLS,
                authorities: "/nowhere/authority.pem"
            )
            _ = try SMTPMailer(configuration, sender: .daybook)
        }
    }

    @Test func `mail leaves the machine only encrypted`() async throws {
        for host in ["mail.example.org", "192.0.2.1", "10.0.0.1", "2001:db8::1", "127.0.0.1.example.org"] {
            await expect(.invalidConfiguration, isRetriable: false) {
                _ = try SMTPConfiguration(host: host, security: .unencrypted)
            }
            _ = try SMTPConfiguration(host: host, security: .startTLS)
        }
        for host in ["localhost", "127.0.0.1", "::1"] { _ = try SMTPConfiguration(host: host, security: .unencrypted) }
    }

    @Test(arguments: ["", " ", "smtp://mail.example.org", "mail.example.org:25", "mail..org", "-a.org", "1.2.3", "a b"])
    func `a host is a name or an address`(host: String) async {
        await expect(.invalidConfiguration, isRetriable: false) {
            _ = try SMTPConfiguration(host: host, security: .tls)
        }
    }
}
