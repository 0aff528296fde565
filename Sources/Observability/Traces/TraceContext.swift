package import ServiceContextModule

/// Which span of which trace something happens in.
package struct TraceContext: Sendable, Equatable {
    /// 32 hexadecimal digits.
    package let traceID: String
    /// 16 hexadecimal digits.
    package let spanID: String
    /// Whether it is recorded; a trace is recorded whole or not at all.
    package let isSampled: Bool

    /// As W3C Trace Context writes it.
    package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    private init(traceID: String, spanID: String, isSampled: Bool) {
        (self.traceID, self.spanID, self.isSampled) = (traceID, spanID, isSampled)
    }

    /// In a trace that nobody records.
    static var unrecorded: TraceContext {
        TraceContext(traceID: digits(2), spanID: digits(1), isSampled: false)
    }

    /// A new span, in the trace of `parent` or in one that begins here.
    init(childOf parent: TraceContext?) {
        traceID = parent?.traceID ?? Self.digits(2)
        spanID = Self.digits(1)
        isSampled = parent?.isSampled ?? true
    }

    init(_ parent: TraceParent) {
        (traceID, spanID, isSampled) = (parent.traceID, parent.parentID, parent.isSampled)
    }

    /// Random ones, never all zeros.
    private static func digits(_ words: Int) -> String {
        (0..<words).map { _ in
            let digits = String(UInt64.random(in: 1...UInt64.max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

private enum TraceContextKey: ServiceContextKey {
    typealias Value = TraceContext
    static let nameOverride: String? = "traceparent"
}

extension ServiceContext {
    /// Whatever happens in it is in a trace that nobody records.
    static var untraced: ServiceContext {
        var context = ServiceContext.topLevel
        context.trace = .unrecorded
        return context
    }

    /// The span that is under way; nil if nothing is traced.
    package internal(set) var trace: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}
