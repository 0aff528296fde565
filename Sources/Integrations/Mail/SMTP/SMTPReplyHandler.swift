internal import NIOCore
internal import NIOSSL

/// Sends one command at a time and gives its reply to who sent it, in time. Used on the channel's event loop.
///
/// A server that says something unasked is left at once: what somebody slipped in before encryption began must not be
/// taken for an answer behind it. Only the greeting comes unasked; the first exchange sends nothing and gets it.
final class SMTPReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let timeout: TimeAmount
    /// When all has to be over.
    private let deadline: NIODeadline
    private var context: ChannelHandlerContext?
    private var parser = SMTPReplyParser()
    private var waiting: (reply: EventLoopPromise<SMTPReply>, timer: Scheduled<Void>)?
    private var hasBegun = false
    /// Why nothing more can be sent: the first thing that went wrong, which those behind it only follow from.
    private var failure: MailError?

    init(timeout: TimeAmount, deadline: NIODeadline) {
        self.timeout = timeout
        self.deadline = deadline
    }

    /// - Parameter bytes: none for the greeting.
    func exchange(_ bytes: ByteBuffer, on eventLoop: any EventLoop) -> EventLoopFuture<SMTPReply> {
        let reply = eventLoop.makePromise(of: SMTPReply.self)
        guard failure == nil, let context else {
            reply.fail(failure ?? Self.closed)
            return reply.futureResult
        }
        precondition(waiting == nil, "a command is sent when the reply to the one before is there")
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timer = eventLoop.scheduleTask(deadline: min(deadline, .now() + timeout)) {
            bound.value.end(MailError(.timedOut, isRetriable: true, "the mail server did not answer in time"))
        }
        waiting = (reply, timer)
        hasBegun = true
        if bytes.readableBytes > 0 {
            // TLS that cannot begin fails what is to be sent before it says why it is closed.
            context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenFailure { [self] in
                end(Self.mailError(for: $0))
            }
        }
        deliver()
        return reply.futureResult
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data).readableBytesView)
        // The greeting may come before it is asked for.
        if hasBegun { deliver() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(Self.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(Self.mailError(for: error))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(Self.closed)
        self.context = nil
    }

    private static let closed = MailError(.connectionLost, isRetriable: true, "the mail server closed the connection")

    private func deliver() {
        guard failure == nil, !parser.isEmpty else { return }
        do throws(SMTPReplyParser.Malformed) {
            let reply = try parser.next()
            guard let (promise, timer) = waiting, reply == nil || parser.isEmpty else {
                end(Self.unasked(reply))
                return
            }
            guard let reply else { return }
            waiting = nil
            timer.cancel()
            promise.succeed(reply)
        } catch {
            end(MailError(.protocolError, isRetriable: false, "the mail server answers what is no SMTP"))
        }
    }

    private static func unasked(_ reply: SMTPReply?) -> MailError {
        // A server that stops may say so at any time.
        guard let reply, reply.code == 421 else {
            return MailError(.protocolError, isRetriable: false, "the mail server says more than it was asked")
        }
        return MailError(.serverRefused, isRetriable: true, "the mail server stops: \(reply.summary)")
    }

    private func end(_ error: MailError) {
        guard failure == nil else { return }
        failure = error
        waiting?.timer.cancel()
        waiting?.reply.fail(error)
        waiting = nil
        context?.close(promise: nil)
    }

    private static func mailError(for error: any Error) -> MailError {
        switch error {
        case is NIOSSLExtraError, NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            MailError(.untrusted, isRetriable: false, "the mail server's certificate is not for this server")
        case NIOSSLError.handshakeFailed(.sslError(let stack)) where "\(stack)".contains("CERTIFICATE_VERIFY_FAILED"):
            MailError(.untrusted, isRetriable: false, "the mail server's certificate is not to be trusted")
        default:
            MailError(.connectionLost, isRetriable: true, "the connection to the mail server broke: \(type(of: error))")
        }
    }
}
