internal import Foundation
internal import NIOCore
internal import NIOSSL

/// One message, from the greeting to the server's word that it has it:
///
/// ```
/// S 220   C EHLO   S 250   C STARTTLS   S 220   (TLS)   C EHLO   S 250   C AUTH   S 235
/// C MAIL FROM   S 250   C RCPT TO   S 250   C DATA   S 354   C the message   S 250   C QUIT
/// ```
struct SMTPConversation: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<SMTPReplyHandler>
    let configuration: SMTPConfiguration
    /// Nil without encryption.
    let tls: NIOSSLContext?
    let sender: MailSender

    func deliver(_ bytes: [UInt8], to recipient: MailAddress) async throws(MailError) {
        guard configuration.security != .unencrypted || Self.isLocal(channel.remoteAddress) else {
            throw MailError(.noEncryption, isRetriable: false, "mail goes to another machine only encrypted")
        }
        try Self.expect(220, in: await exchange([]))
        var extensions = try await hello()
        if configuration.security == .startTLS {
            guard extensions.startTLS else {
                throw MailError(.noEncryption, isRetriable: false, "the mail server offers no STARTTLS")
            }
            try await startTLS()
            extensions = try await hello()
        }
        if let credentials = configuration.credentials { try await logIn(credentials, by: extensions.logins) }
        try Self.expect(250, in: await command("MAIL FROM:<\(sender.address.text)>"))
        // From here on it is about this message.
        try Self.expect(250, in: await command("RCPT TO:<\(recipient.text)>"), refusal: .refused)
        try Self.expect(354, in: await command("DATA"), refusal: .refused)
        try Self.expect(250, in: await exchange(Self.stuffed(bytes)), refusal: .refused)
        // The message is taken whatever becomes of this, so its reply is not waited for.
        send(Array("QUIT\r\n".utf8)).whenComplete { _ in }
    }

    static func tlsHandler(_ tls: NIOSSLContext, for host: String) throws -> NIOSSLClientHandler {
        // An address is verified against the one that was connected to.
        try NIOSSLClientHandler(context: tls, serverHostname: SMTPConfiguration.isAddress(host) ? nil : host)
    }

    private func startTLS() async throws(MailError) {
        try Self.expect(220, in: await command("STARTTLS"))
        do {
            try await channel.eventLoop.submit { [channel, tls, configuration] in
                guard let tls else { preconditionFailure("there is TLS unless it is to be without") }
                let handler = try Self.tlsHandler(tls, for: configuration.host)
                try channel.pipeline.syncOperations.addHandler(handler, position: .first)
            }.get()
        } catch {
            throw MailError(.connectionLost, isRetriable: true, "the connection to the mail server was closed")
        }
    }

    static func isLocal(_ address: SocketAddress?) -> Bool {
        address?.ipAddress.map(SMTPConfiguration.isLoopback) ?? false
    }

    private func logIn(
        _ credentials: SMTPConfiguration.Credentials,
        by offered: Set<String>
    ) async throws(MailError) {
        if offered.contains("PLAIN") {
            let text = Self.base64("\0\(credentials.user)\0\(credentials.password)")
            try Self.expectLogin(235, in: await command("AUTH PLAIN \(text)"))
        } else if offered.contains("LOGIN") {
            try Self.expectLogin(334, in: await command("AUTH LOGIN"))
            try Self.expectLogin(334, in: await command(Self.base64(credentials.user)))
            try Self.expectLogin(235, in: await command(Self.base64(credentials.password)))
        } else {
            throw MailError(
                .loginRefused,
                isRetriable: false,
                "the mail server offers no login that we know (PLAIN, LOGIN)"
            )
        }
    }

    /// What the server says here is not repeated: it might say what it was told.
    private static func expectLogin(_ code: Int, in reply: SMTPReply) throws(MailError) {
        guard reply.code != code else { return }
        throw MailError(
            .loginRefused,
            isRetriable: (400...499).contains(reply.code),
            "the mail server refuses the login (\(reply.code))"
        )
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private func hello() async throws(MailError) -> SMTPExtensions {
        let reply = try await command("EHLO \(sender.address.domain)")
        try Self.expect(250, in: reply)
        return SMTPExtensions(reply)
    }

    private func command(_ line: String) async throws(MailError) -> SMTPReply {
        try await exchange(Array("\(line)\r\n".utf8))
    }

    private func exchange(_ bytes: [UInt8]) async throws(MailError) -> SMTPReply {
        do {
            return try await send(bytes).get()
        } catch let error as MailError {
            throw error
        } catch {
            throw MailError(.connectionLost, isRetriable: true, "the connection to the mail server was closed")
        }
    }

    private func send(_ bytes: [UInt8]) -> EventLoopFuture<SMTPReply> {
        channel.eventLoop.flatSubmit { [channel, handler] in
            handler.value.exchange(ByteBuffer(bytes: bytes), on: channel.eventLoop)
        }
    }

    /// - Parameter refusal: what it is called if the server says no.
    private static func expect(
        _ code: Int,
        in reply: SMTPReply,
        refusal: MailError.Code = .serverRefused
    ) throws(MailError) {
        guard reply.code != code else { return }
        // RCPT and others may answer 251 and 252: taken, too.
        if code == 250, (251...252).contains(reply.code) { return }
        switch reply.code {
        // It stops (RFC 5321 §3.8), or wants a login or encryption first (RFC 4954 §6, RFC 3207 §4).
        case 421: throw MailError(.serverRefused, isRetriable: true, "the mail server stops: \(reply.summary)")
        case 530, 534, 535, 538:
            throw MailError(.serverRefused, isRetriable: false, "the mail server refuses: \(reply.summary)")
        case 400...499: throw MailError(refusal, isRetriable: true, "the mail server refuses for now: \(reply.summary)")
        case 500...599: throw MailError(refusal, isRetriable: false, "the mail server refuses: \(reply.summary)")
        default:
            throw MailError(
                .protocolError,
                isRetriable: false,
                "the mail server answers \(reply.code) where \(code) was expected"
            )
        }
    }

    /// A line with a dot alone ends the message; a line that begins with one gets another.
    static func stuffed(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 64)
        var beginsLine = true
        for byte in bytes {
            if beginsLine, byte == UInt8(ascii: ".") { output.append(byte) }
            output.append(byte)
            beginsLine = byte == UInt8(ascii: "\n")
        }
        return output + ".\r\n".utf8
    }
}

/// What a server offers beyond the least.
private struct SMTPExtensions {
    let startTLS: Bool
    let logins: Set<String>

    init(_ reply: SMTPReply) {
        let offers = reply.lines.dropFirst().map { $0.uppercased().split(separator: " ").map(String.init) }
        startTLS = offers.contains { $0.first == "STARTTLS" }
        logins = Set(offers.filter { $0.first == "AUTH" }.flatMap { $0.dropFirst() })
    }
}
