internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Hands messages to a mail server (RFC 5321), each over a connection of its own.
///
/// What the server answers with 4xx may be tried again, what it answers with 5xx not. Certificates are verified, always.
package struct SMTPMailer: Mailer {
    private let configuration: SMTPConfiguration
    private let sender: MailSender
    /// Nil without encryption.
    private let tls: NIOSSLContext?

    /// - Throws: `invalidConfiguration` if the certificates to trust cannot be read.
    package init(_ configuration: SMTPConfiguration, sender: MailSender) throws(MailError) {
        self.configuration = configuration
        self.sender = sender
        tls = configuration.security == .unencrypted ? nil : try configuration.makeTLS()
    }

    package func send(_ message: MailMessage) async throws(MailError) {
        let bytes = message.bytes(from: sender, at: Date())
        let (channel, handler) = try await connect()
        let conversation = SMTPConversation(
            channel: channel,
            handler: handler,
            configuration: configuration,
            tls: tls,
            sender: sender
        )
        let result = await withTaskCancellationHandler { () async -> Result<Void, MailError> in
            do throws(MailError) {
                return .success(try await conversation.deliver(bytes, to: message.to))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            channel.close(promise: nil)
        }
        channel.close(promise: nil)
        switch result {
        case .success: break
        case .failure(let error):
            throw Task.isCancelled ? MailError(.cancelled, isRetriable: true, "sending was cancelled") : error
        }
    }

    private func connect() async throws(MailError) -> (any Channel, NIOLoopBound<SMTPReplyHandler>) {
        let timeout = TimeAmount(configuration.timeout)
        let deadline = NIODeadline.now() + TimeAmount(configuration.patience)
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(timeout)
        do {
            // What is given out is the handler of the connection that came about, also if it is broken by then.
            return try await bootstrap.connect(host: configuration.host, port: configuration.port) {
                [tls, configuration] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if configuration.security == .tls, let tls {
                        try pipeline.addHandler(SMTPConversation.tlsHandler(tls, for: configuration.host))
                    }
                    let handler = SMTPReplyHandler(timeout: timeout, deadline: deadline)
                    try pipeline.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
        } catch {
            throw MailError(
                .connectionFailed,
                isRetriable: true,
                "cannot reach the mail server \(configuration.host), port \(configuration.port)"
            )
        }
    }
}
