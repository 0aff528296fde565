internal import NIOCore

/// Closes a connection whose client has gone.
///
/// Hummingbird lets clients close their half and go on reading, so it does not notice one that vanished while its long poll is
/// parked: the poll would stay, and a shutdown would wait for it.
final class CloseOnEOF: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
