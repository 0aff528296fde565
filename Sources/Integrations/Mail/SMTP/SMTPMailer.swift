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
    private let tls: NIOSSLContext

    /// - Throws: `invalidConfiguration` if the certificates to trust cannot be read.
    package init(_ configuration: SMTPConfiguration, sender: MailSender) throws(MailError) {
        self.configuration = configuration
        self.sender = sender
        tls = try configuration.makeTLS()
    }

    package func send(_ message: MailMessage) async throws(MailError) {
        let bytes = message.bytes(from: sender, at: Date())
        let channel = try await connect()
        let result = await withTaskCancellationHandler {
            await deliver(bytes, to: message.to, over: channel)
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

    private func deliver(
        _ bytes: [UInt8],
        to recipient: MailAddress,
        over channel: any Channel
    ) async -> Result<Void, MailError> {
        let conversation = SMTPConversation(channel: channel, configuration: configuration, tls: tls, sender: sender)
        do throws(MailError) {
            return .success(try await conversation.deliver(bytes, to: recipient))
        } catch {
            return .failure(error)
        }
    }

    private func connect() async throws(MailError) -> any Channel {
        let timeout = TimeAmount(configuration.timeout)
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(timeout)
            .channelInitializer { [tls, configuration] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if configuration.security == .tls {
                        try pipeline.addHandler(SMTPConversation.tlsHandler(tls, for: configuration.host))
                    }
                    try pipeline.addHandler(SMTPReplyHandler(timeout: timeout))
                }
            }
        do {
            return try await bootstrap.connect(host: configuration.host, port: configuration.port).get()
        } catch {
            throw MailError(
                .connectionFailed,
                isRetriable: true,
                "cannot reach the mail server \(configuration.host), port \(configuration.port)"
            )
        }
    }
}
