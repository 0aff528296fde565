internal import Synchronization
package import Tracing

/// A span while it lasts.
package final class RecordedSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var hasEnded = false
    }

    package let context: ServiceContext
    private let trace: TraceContext
    private let parentID: String?
    private let kind: SpanKind
    private let start: UInt64
    private let onEnd: @Sendable (FinishedSpan) -> Void
    private let state: Mutex<State>

    /// - Parameter onEnd: gets it once, when it ends.
    init(
        _ name: String,
        _ kind: SpanKind,
        in context: ServiceContext,
        _ trace: TraceContext,
        parentID: String?,
        at start: UInt64,
        onEnd: @escaping @Sendable (FinishedSpan) -> Void
    ) {
        self.context = context
        self.trace = trace
        self.parentID = parentID
        self.kind = kind
        self.start = start
        self.onEnd = onEnd
        state = Mutex(State(name: name))
    }

    package var operationName: String {
        get { state.withLock(\.name) }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock(\.attributes) }
        set { state.withLock { $0.attributes = newValue } }
    }

    package var isRecording: Bool { trace.isSampled && !state.withLock(\.hasEnded) }

    package func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

    /// Notes that it failed, and not with what: an error's text belongs into the log, which is searched for secrets.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        setStatus(SpanStatus(code: .error))
        self.attributes["error.type"] = "\(type(of: error))"
    }

    /// Nothing of ours has events or links.
    package func addEvent(_ event: SpanEvent) {}
    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let finished = state.withLock { state -> FinishedSpan? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return FinishedSpan(
                trace: trace,
                parentID: parentID,
                name: state.name,
                kind: kind,
                start: start,
                end: end,
                attributes: state.attributes,
                hasFailed: state.status?.code == .error
            )
        }
        if let finished { onEnd(finished) }
    }
}

/// What is left of a span: where it belongs, from when to when, and what is known of it. Times in nanoseconds since 1970.
struct FinishedSpan: Sendable {
    let trace: TraceContext
    let parentID: String?
    let name: String
    let kind: SpanKind
    let start: UInt64
    let end: UInt64
    let attributes: SpanAttributes
    let hasFailed: Bool
}
