package import Tracing

/// Begins the spans that swift-distributed-tracing asks for, and hands those that end to an exporter. Trace context comes in and
/// goes out as `traceparent`.
///
/// A trace that begins here is recorded; in one that began elsewhere we do as whoever began it.
package final class SpanTracer: Tracer {
    package typealias Span = RecordedSpan

    private let exporter: SpanExporter

    package init(_ exporter: SpanExporter) { self.exporter = exporter }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordedSpan {
        var context = context()
        let parent = context.trace
        let trace = TraceContext(childOf: parent)
        context.trace = trace
        let exporter = exporter
        return RecordedSpan(
            operationName,
            kind,
            in: context,
            trace,
            parentID: parent?.spanID,
            at: instant().nanosecondsSinceEpoch
        ) { span in
            if trace.isSampled { exporter.add(span) }
        }
    }

    /// Spans are exported as they end.
    package func forceFlush() {}

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        if let parent = TraceParent(extractor.extract(key: "traceparent", from: carrier)) {
            context.trace = TraceContext(parent)
        }
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        if let trace = context.trace { injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier) }
    }
}
