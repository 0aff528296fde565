package import Hummingbird
package import NIOCore
package import Observability
internal import RateLimits
package import Sessions
internal import Synchronization

/// What is known of a request beside the request itself.
package struct DaybookRequestContext: RequestContext, Sendable {
    package var coreContext: CoreRequestContextStorage
    /// The connection; its `closeFuture` tells a long poll that nobody waits any more.
    package let channel: any Channel
    /// The client's `X-Request-Id`, or one that was made here.
    package var requestID = ""
    /// The trace that the client has begun.
    package var trace: TraceParent?
    let bearer = Bearer()

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Whose request this is. Only endpoints may ask.
    package var session: Session {
        guard let session = bearer.session else { preconditionFailure("this route asks for no session") }
        return session
    }

    /// Which person's request this is. Only endpoints for accounts may ask.
    package var account: AccountSession {
        guard let account = bearer.account else { preconditionFailure("this route asks for no account") }
        return account
    }

    /// Which service's request this is. Only endpoints for services may ask.
    package var service: ServiceCaller {
        guard let service = bearer.service else { preconditionFailure("this route asks for no service") }
        return service
    }
}

/// Who asks, once it is known, and how much more they may: contexts are copied inwards, and what is outermost wants to tell it.
final class Bearer: Sendable {
    private struct Stored {
        var session: Session?
        var account: AccountSession?
        var service: ServiceCaller?
        var rate: RateDecision?
    }

    private let stored = Mutex(Stored())

    var session: Session? {
        get { stored.withLock { $0.session } }
        set { stored.withLock { $0.session = newValue } }
    }

    var account: AccountSession? {
        get { stored.withLock { $0.account } }
        set { stored.withLock { $0.account = newValue } }
    }

    var service: ServiceCaller? {
        get { stored.withLock { $0.service } }
        set { stored.withLock { $0.service = newValue } }
    }

    /// Of the limits that the request was counted against last.
    var rate: RateDecision? {
        get { stored.withLock { $0.rate } }
        set { stored.withLock { $0.rate = newValue } }
    }
}
