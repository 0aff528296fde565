package import NIOCore

/// Closes a connection whose client has closed its side. The server allows half-closed connections, on which a parked poll would
/// never learn that nobody waits for it. Goes into the HTTP server's `additionalChannelHandlers`.
package final class CloseOnEOF: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    package typealias InboundIn = NIOAny

    package init() {}

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
