internal import Synchronization

/// A document of a provider, as of its last fetch.
///
/// It lives for `life`. While the provider is away the old one goes on serving for `grace` more, and the provider is asked
/// again after 10 seconds, then 20, 40 and every 60. All who need it at the same time wait for one fetch.
final class CachedDocument<Value: Sendable>: Sendable {
    private typealias Fetching = Task<Result<Value, OIDCError>, Never>

    private enum Step {
        case use(Value)
        case fail(OIDCError)
        case wait(Fetching)
    }

    private let state: Mutex<DocumentState<Value>>
    /// The fetch under way. Its end is bounded by the client's timeout.
    private let fetching = Mutex<Fetching?>(nil)
    private let uptime: @Sendable () -> Duration
    private let fetch: @Sendable () async throws(OIDCError) -> Value

    init(
        life: Duration,
        grace: Duration,
        uptime: @escaping @Sendable () -> Duration,
        fetch: @escaping @Sendable () async throws(OIDCError) -> Value
    ) {
        state = Mutex(DocumentState(life: life, grace: grace))
        self.uptime = uptime
        self.fetch = fetch
    }

    /// - Parameter serves: whether a document will do. The answer may still be one that does not: the provider has no better.
    func value(where serves: (Value) -> Bool = { _ in true }) async throws(OIDCError) -> Value {
        switch next(serves) {
        case .use(let value): return value
        case .fail(let error): throw error
        case .wait(let fetching):
            switch await fetching.value {
            case .success(let value): return value
            case .failure(let error):
                guard let old = state.withLock({ $0.usable(at: uptime()) }), serves(old) else { throw error }
                return old
            }
        }
    }

    private func next(_ serves: (Value) -> Bool) -> Step {
        fetching.withLock { fetching in
            let now = uptime()
            switch state.withLock({ $0.decide(at: now, isFetching: fetching != nil, serves) }) {
            case .use(let value): return .use(value)
            case .fail(let error): return .fail(error)
            case .fetch:
                let task = fetching ?? Task { await self.renew() }
                fetching = task
                return .wait(task)
            }
        }
    }

    private func renew() async -> Result<Value, OIDCError> {
        let result: Result<Value, OIDCError>
        do throws(OIDCError) {
            result = .success(try await fetch())
        } catch {
            result = .failure(error)
        }
        fetching.withLock { fetching in
            state.withLock { $0.finish(result, at: uptime()) }
            fetching = nil
        }
        return result
    }
}

/// What is known of a document, and what is to be done next.
struct DocumentState<Value: Sendable> {
    enum Decision {
        case use(Value)
        case fail(OIDCError)
        /// Fetch it, or wait for the fetch under way.
        case fetch
    }

    private static var shortestPause: Duration { .seconds(10) }
    private static var longestPause: Duration { .seconds(60) }

    private let life: Duration
    private let grace: Duration
    private var kept: (value: Value, since: Duration)?
    /// When the last fetch ended, and how many have failed since one did not.
    private var asked: Duration?
    private var failures = 0
    private var failure: OIDCError?

    init(life: Duration, grace: Duration) {
        self.life = life
        self.grace = grace
    }

    func decide(at now: Duration, isFetching: Bool, _ serves: (Value) -> Bool) -> Decision {
        if let kept, now - kept.since < life, serves(kept.value) { return .use(kept.value) }
        if isFetching || mayAsk(at: now) { return .fetch }
        let old = usable(at: now)
        if let old, serves(old) { return .use(old) }
        // Whether a newer one would serve is not known.
        if let error = failure { return .fail(error) }
        guard let old else { preconditionFailure("a fetch that did not fail left a document") }
        return .use(old)
    }

    func usable(at now: Duration) -> Value? {
        guard let kept, now - kept.since < life + grace else { return nil }
        return kept.value
    }

    mutating func finish(_ result: Result<Value, OIDCError>, at now: Duration) {
        asked = now
        switch result {
        case .success(let value):
            kept = (value, now)
            (failures, failure) = (0, nil)
        case .failure(let error):
            (failures, failure) = (min(failures + 1, 4), error)
        }
    }

    private func mayAsk(at now: Duration) -> Bool {
        guard let asked else { return true }
        let pause = Self.shortestPause * (1 << max(0, failures - 1))
        return now - asked >= min(pause, Self.longestPause)
    }
}
