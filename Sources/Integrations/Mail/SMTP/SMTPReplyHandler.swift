internal import NIOCore
internal import NIOSSL

/// What is sent, and who waits for the reply to it.
struct SMTPExchange: Sendable {
    let bytes: ByteBuffer
    let reply: EventLoopPromise<SMTPReply>
}

/// Sends one command at a time and gives its reply to who sent it, in time.
///
/// A server that says something unasked is left at once: what somebody slipped in before encryption began must not be
/// taken for an answer behind it. Only the greeting comes unasked; the first exchange sends nothing and gets it.
final class SMTPReplyHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = SMTPExchange
    typealias OutboundOut = ByteBuffer

    private let timeout: TimeAmount
    private var parser = SMTPReplyParser()
    private var waiting: (reply: EventLoopPromise<SMTPReply>, timer: Scheduled<Void>)?
    private var hasBegun = false
    /// Why nothing more can be sent.
    private var failure: MailError?

    init(timeout: TimeAmount) { self.timeout = timeout }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        if let failure {
            exchange.reply.fail(failure)
            promise?.fail(failure)
            return
        }
        precondition(waiting == nil, "a command is sent when the reply to the one before is there")
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let timer = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.end(MailError(.timedOut, isRetriable: true, "the mail server did not answer in time"), context)
        }
        waiting = (exchange.reply, timer)
        hasBegun = true
        context.writeAndFlush(wrapOutboundOut(exchange.bytes), promise: promise)
        deliver(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data).readableBytesView)
        // The greeting may come before it is asked for.
        if hasBegun { deliver(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(MailError(.connectionLost, isRetriable: true, "the mail server closed the connection"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(Self.mailError(for: error), context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(MailError(.connectionLost, isRetriable: true, "the connection to the mail server was closed"), context)
    }

    private func deliver(_ context: ChannelHandlerContext) {
        guard failure == nil, !parser.isEmpty else { return }
        do throws(SMTPReplyParser.Malformed) {
            let reply = try parser.next()
            guard let (promise, timer) = waiting, reply == nil || parser.isEmpty else {
                end(Self.unasked(reply), context)
                return
            }
            guard let reply else { return }
            waiting = nil
            timer.cancel()
            promise.succeed(reply)
        } catch {
            end(MailError(.protocolError, isRetriable: false, "the mail server answers what is no SMTP"), context)
        }
    }

    private static func unasked(_ reply: SMTPReply?) -> MailError {
        // A server that stops may say so at any time.
        guard let reply, reply.code == 421 else {
            return MailError(.protocolError, isRetriable: false, "the mail server says more than it was asked")
        }
        return MailError(.refused, isRetriable: true, "the mail server stops: \(reply.summary)")
    }

    private func end(_ error: MailError, _ context: ChannelHandlerContext) {
        guard failure == nil else { return }
        failure = error
        waiting?.timer.cancel()
        waiting?.reply.fail(error)
        waiting = nil
        context.close(promise: nil)
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
