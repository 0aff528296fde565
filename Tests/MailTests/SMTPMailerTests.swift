import Foundation
import Mail
import TestSupport
import Testing

struct SMTPMailerTests {
    @Test func `a message arrives as it was meant`() async throws {
        let server = try await MailServer()
        let mailer = try server.mailer()
        let before = Date()
        try await mailer.send(.to("ada", key: "verify 1", subject: "Hello", text: "Hello, Ada.\nBye"))
        let received = try #require(try server.received().first)
        #expect(received.host == "daybook.example" && !received.encrypted)
        #expect(received.from == "no-reply@daybook.example" && received.to == ["ada@example.org"])
        #expect(received.senderName == "Daybook" && received.senderAddress == "no-reply@daybook.example")
        #expect(received.headerTo == "ada@example.org" && received.subject == "Hello")
        #expect(received.text == "Hello, Ada.\nBye\n" && received.html == nil)
        #expect(abs(received.date - before.timeIntervalSince1970) < 60)
        #expect(received.fields.contains("Auto-Submitted") && received.defects.isEmpty)
    }

    @Test func `lines of dots, long lines and letters of all kinds arrive as they were`() async throws {
        let server = try await MailServer()
        let text = """
            .
            ..
            .hidden
            From here on
            \(String(repeating: "x", count: 1000))
            \(String(repeating: "ä=ß ", count: 250))
            trailing blanks  \t
            株式会社 🚀 e\u{301} \u{202E}\u{0}

            .
            """
        let subject = "Grüße an 株式会社: " + String(repeating: "lange Zeilen 🚀 ", count: 30)
        let html = "<p title=\"a=b\">\(String(repeating: "ü", count: 2000))</p>\r\n.\r\n"
        try await server.mailer().send(.to("ada", subject: subject, text: text, html: html))
        let received = try #require(try server.received().first)
        #expect(received.text == text + "\n")
        #expect(received.subject == subject)
        #expect(received.html == html.replacing("\r\n", with: "\n") + "\n")
        #expect(received.defects.isEmpty && received.sevenBit && received.bareLineEnds == 0)
        #expect(received.longestLine <= 76)
    }

    @Test func `what is sent again is recognized by its id`() async throws {
        let server = try await MailServer()
        let mailer = try server.mailer()
        for key in ["invitation 7", "invitation 7", "invitation 8"] { try await mailer.send(.to("ada", key: key)) }
        let ids = try server.received().map(\.messageId)
        #expect(ids.count == 3 && ids[0] == ids[1] && ids[1] != ids[2])
        #expect(ids.allSatisfy { $0.hasPrefix("<") && $0.hasSuffix("@daybook.example>") && !$0.contains("invitation") })
    }

    @Test func `encryption begins where the server offers it`() async throws {
        let server = try await MailServer(.startTLS)
        for host in ["localhost", "127.0.0.1"] { try await server.mailer(host: host).send(.to("ada")) }
        #expect(try server.received().map(\.encrypted) == [true, true])
    }

    @Test func `encryption may begin with the connection`() async throws {
        let server = try await MailServer(.implicit)
        for host in ["localhost", "127.0.0.1"] { try await server.mailer(host: host).send(.to("ada")) }
        #expect(try server.received().map(\.encrypted) == [true, true])
    }

    @Test func `where encryption is asked for nothing is sent without`() async throws {
        let plain = try await MailServer()
        await expect(.noEncryption, isRetriable: false) { try await plain.mailer(security: .startTLS).send(.to("ada")) }
        #expect(try plain.received().isEmpty)
        // And the other way round: this server takes nothing unencrypted.
        let strict = try await MailServer(.startTLS)
        await expect(.serverRefused, isRetriable: false) {
            try await strict.mailer(security: .unencrypted).send(.to("ada"))
        }
        #expect(try strict.received().isEmpty)
    }

    @Test(arguments: [MailServer.Encryption.startTLS, .implicit])
    func `a certificate that proves nothing ends it`(encryption: MailServer.Encryption) async throws {
        let others = try await MailServer(encryption, hosts: "DNS:mail.example.org")
        for host in ["localhost", "127.0.0.1"] {
            await expect(.untrusted, isRetriable: false) {
                try await others.mailer(host: host).send(.to("ada"))
            }
        }
        let server = try await MailServer(encryption)
        await expect(.untrusted, isRetriable: false) {
            try await server.mailer(trusting: others.authority).send(.to("ada"))
        }
        #expect(try server.received().isEmpty && others.received().isEmpty)
    }

    @Test(arguments: [[], ["--only-login"]])
    func `who knows the password is let in, by PLAIN or LOGIN, and nobody else`(options: [String]) async throws {
        let password = "geheim: ß\"' 🚀"
        let server = try await MailServer(.startTLS, options: ["--user", "daybook", "--password", password] + options)
        let right = try SMTPConfiguration.Credentials(user: "daybook", password: password)
        try await server.mailer(credentials: right).send(.to("ada"))
        #expect(try server.received().first?.user == "daybook")
        let wrong = try SMTPConfiguration.Credentials(user: "daybook", password: "falsch")
        await expect(.loginRefused, isRetriable: false) { try await server.mailer(credentials: wrong).send(.to("ada")) }
        await expect(.serverRefused, isRetriable: false) { try await server.mailer().send(.to("ada")) }
        #expect(try server.received().count == 1)
    }

    @Test func `a server without a login is not told the password`() async throws {
        let server = try await MailServer()
        let credentials = try SMTPConfiguration.Credentials(user: "daybook", password: "geheim")
        await expect(.loginRefused, isRetriable: false) {
            try await server.mailer(credentials: credentials).send(.to("ada"))
        }
    }

    @Test(arguments: [("refused", false), ("later", true), ("spam", false), ("busy", true)])
    func `what is refused for now may be tried again, what is refused may not`(
        name: String,
        isRetriable: Bool
    ) async throws {
        let server = try await MailServer()
        let error = await expect(.refused, isRetriable: isRetriable) {
            try await server.mailer().send(.to(name))
        }
        #expect(error?.isOfMessage == true)
        // The server's own words say why, but not whose address it is.
        #expect(error?.message.contains(isRetriable ? "451 4.3." : "55") == true)
        #expect(error?.message.contains("@") == false)
        #expect(try server.received().isEmpty)
    }

    @Test func `a server that hangs is left in time`() async throws {
        let server = try await MailServer()
        let mailer = try server.mailer(timeout: .milliseconds(300))
        let elapsed = await ContinuousClock().measure {
            await expect(.timedOut, isRetriable: true) { try await mailer.send(.to("hang")) }
        }
        #expect(elapsed > .milliseconds(250) && elapsed < .seconds(30))
    }

    @Test func `a message has an end of its own, though each reply is in time`() async throws {
        let server = try await MailServer(options: ["--rude", "slow"])
        let mailer = try server.mailer(timeout: .seconds(30), patience: .seconds(1))
        await expect(.timedOut, isRetriable: true) { try await mailer.send(.to("ada")) }
    }

    @Test func `sending ends when its task is cancelled`() async throws {
        let server = try await MailServer()
        let mailer = try server.mailer(timeout: .seconds(60))
        let elapsed = await ContinuousClock().measure {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await expect(.cancelled, isRetriable: true) { try await mailer.send(.to("hang")) } }
                await Task.yield()
                group.cancelAll()
            }
        }
        #expect(elapsed < .seconds(50))
    }

    @Test func `where nobody listens nothing is sent`() async throws {
        let port: Int
        do { port = try await MailServer().port }
        let configuration = try SMTPConfiguration(
            host: "127.0.0.1",
            port: port,
            security: .unencrypted,
            timeout: .seconds(5)
        )
        let error = await expect(.connectionFailed, isRetriable: true) {
            try await SMTPMailer(configuration, sender: .daybook).send(.to("ada"))
        }
        #expect(error?.message.contains("127.0.0.1") == true)
    }

    @Test func `many messages at once all arrive`() async throws {
        let server = try await MailServer()
        let mailer = try server.mailer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 { group.addTask { try await mailer.send(.to("ada", key: "\(number)")) } }
            try await group.waitForAll()
        }
        #expect(Set(try server.received().map(\.messageId)).count == 50)
    }
}
