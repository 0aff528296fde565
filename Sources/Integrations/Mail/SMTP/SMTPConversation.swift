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
    let configuration: SMTPConfiguration
    let tls: NIOSSLContext
    let sender: MailSender

    func deliver(_ bytes: [UInt8], to recipient: MailAddress) async throws(MailError) {
        try Self.expect(220, in: await exchange([]))
        var extensions = try await hello()
        var isEncrypted = configuration.security == .tls
        if try needsStartTLS(extensions) {
            try await startTLS()
            isEncrypted = true
            extensions = try await hello()
        }
        if let credentials = configuration.credentials {
            guard isEncrypted || Self.isLocal(channel.remoteAddress) else {
                throw MailError(
                    .noEncryption,
                    isRetriable: false,
                    "a password is sent to another machine only encrypted"
                )
            }
            try await logIn(credentials, by: extensions.logins)
        }
        try Self.expect(250, in: await command("MAIL FROM:<\(sender.address.text)>"))
        try Self.expect(250, in: await command("RCPT TO:<\(recipient.text)>"))
        try Self.expect(354, in: await command("DATA"))
        try Self.expect(250, in: await exchange(Self.stuffed(bytes)))
        // The message is taken whatever becomes of this, so its reply is not waited for.
        send(Array("QUIT\r\n".utf8)).whenComplete { _ in }
    }

    static func tlsHandler(_ tls: NIOSSLContext, for host: String) throws -> NIOSSLClientHandler {
        // An address is verified against the one that was connected to.
        try NIOSSLClientHandler(context: tls, serverHostname: isAddress(host) ? nil : host)
    }

    private func needsStartTLS(_ extensions: SMTPExtensions) throws(MailError) -> Bool {
        switch configuration.security {
        case .tls, .none: return false
        case .startTLSUnlessLocal where !extensions.startTLS && Self.isLocal(channel.remoteAddress): return false
        case .startTLS, .startTLSUnlessLocal: break
        }
        guard extensions.startTLS else {
            throw MailError(.noEncryption, isRetriable: false, "the mail server offers no STARTTLS")
        }
        return true
    }

    private func startTLS() async throws(MailError) {
        try Self.expect(220, in: await command("STARTTLS"))
        do {
            try await channel.eventLoop.submit { [channel, tls, configuration] in
                let handler = try Self.tlsHandler(tls, for: configuration.host)
                try channel.pipeline.syncOperations.addHandler(handler, position: .first)
            }.get()
        } catch {
            throw MailError(.connectionLost, isRetriable: true, "the connection to the mail server was closed")
        }
    }

    static func isLocal(_ address: SocketAddress?) -> Bool {
        switch address {
        case .v4, .v6:
            guard let text = address?.ipAddress else { return false }
            return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
        case .unixDomainSocket: return true
        case nil: return false
        }
    }

    private static func isAddress(_ host: String) -> Bool {
        var (v4, v6) = (in_addr(), in6_addr())
        return inet_pton(AF_INET, host, &v4) == 1 || inet_pton(AF_INET6, host, &v6) == 1
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
        let reply = channel.eventLoop.makePromise(of: SMTPReply.self)
        let written = channel.writeAndFlush(SMTPExchange(bytes: ByteBuffer(bytes: bytes), reply: reply))
        // A channel that is closed already does not reach the handler.
        written.whenFailure { reply.fail($0) }
        return reply.futureResult
    }

    private static func expect(_ code: Int, in reply: SMTPReply) throws(MailError) {
        guard reply.code != code else { return }
        // RCPT and others may answer 251 and 252: taken, too.
        if code == 250, (251...252).contains(reply.code) { return }
        switch reply.code {
        case 400...499:
            throw MailError(.refused, isRetriable: true, "the mail server refuses for now: \(reply.summary)")
        case 500...599: throw MailError(.refused, isRetriable: false, "the mail server refuses: \(reply.summary)")
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
