import Foundation
import Logging
import Synchronization
import Testing
import Tracing

@testable import Observability

struct TracesTests {
    private struct Headers: Extractor, Injector {
        func extract(key: String, from headers: [String: String]) -> String? { headers[key] }
        func inject(_ value: String, forKey key: String, into headers: inout [String: String]) { headers[key] = value }
    }

    /// What a collector got.
    private final class Collector: Sendable {
        struct Body: Decodable {
            struct Resource: Decodable { var resource: Source, scopeSpans: [Scope] }
            struct Source: Decodable { var attributes: [Attribute] }
            struct Scope: Decodable { var spans: [Span] }
            struct Span: Decodable {
                var traceId: String, spanId: String, parentSpanId: String?, name: String, kind: Int
                var startTimeUnixNano: String, endTimeUnixNano: String, attributes: [Attribute], status: Status
            }
            struct Status: Decodable { var code: Int }
            struct Attribute: Decodable {
                struct Value: Decodable { var stringValue: String?, intValue: String?, boolValue: Bool? }
                var key: String, value: Value
            }
            var resourceSpans: [Resource]
        }

        private let bodies = Mutex<[Body]>([])

        var all: [Body] { bodies.withLock { $0 } }
        var spans: [Body.Span] { all.flatMap(\.resourceSpans).flatMap(\.scopeSpans).flatMap(\.spans) }

        func take(_ body: [UInt8]) throws {
            let decoded = try JSONDecoder().decode(Body.self, from: Data(body))
            bodies.withLock { $0.append(decoded) }
        }
    }

    private struct Away: Error {}

    private let collector = Collector()

    private func exporter(capacity: Int = 100, batchLimit: Int = 10) -> SpanExporter {
        SpanExporter(
            resource: [("service.name", "daybook")],
            capacity: capacity,
            batchLimit: batchLimit,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [collector] in try collector.take($0) }
    }

    private func context(_ traceparent: String?, _ tracer: SpanTracer) -> ServiceContext {
        var context = ServiceContext.topLevel
        let headers = traceparent.map { ["traceparent": $0] } ?? [:]
        tracer.extract(headers, into: &context, using: Headers())
        return context
    }

    @Test func `what waits when the end comes, or is just being sent, is sent by the flush`() async throws {
        let exporter = SpanExporter(
            resource: [],
            interval: .milliseconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [collector] body in
            // Long enough to be cut off in the middle.
            try await Task.sleep(for: .milliseconds(200))
            try collector.take(body)
        }
        let tracer = SpanTracer(exporter)
        let running = Task { await exporter.run() }
        tracer.startSpan("request", context: context(nil, tracer)).end()
        try await Task.sleep(for: .milliseconds(50))
        running.cancel()
        await running.value
        await exporter.flush()
        #expect(collector.spans.map(\.name) == ["request"])
    }

    @Test func `spans of one trace know each other, and who began it`() async throws {
        let exporter = exporter()
        let tracer = SpanTracer(exporter)
        let traceID = "0af7651916cd43dd8448eb211c80319c"
        let outer = tracer.startSpan(
            "request",
            context: context("00-\(traceID)-b7ad6b7169203331-01", tracer),
            ofKind: .server
        )
        let inner = tracer.startSpan("command", context: outer.context)
        inner.attributes["count"] = 3
        inner.recordError(Away())
        inner.end()
        inner.end()
        outer.operationName = "POST /api/rooms"
        outer.end()
        await exporter.flush()

        #expect(collector.all.map { $0.resourceSpans[0].resource.attributes[0].value.stringValue } == ["daybook"])
        let spans = collector.spans
        #expect(spans.map(\.name) == ["command", "POST /api/rooms"])
        #expect(spans.allSatisfy { $0.traceId == traceID })
        #expect(spans[1].parentSpanId == "b7ad6b7169203331" && spans[0].parentSpanId == spans[1].spanId)
        #expect(spans.map(\.kind) == [1, 2])
        #expect(spans.map(\.status.code) == [2, 0])
        #expect(spans[0].attributes.map(\.key) == ["count", "error.type"])
        #expect(spans[0].attributes[0].value.intValue == "3")
        #expect(UInt64(spans[1].endTimeUnixNano) ?? 0 >= UInt64(spans[1].startTimeUnixNano) ?? .max)
    }

    @Test func `a trace that nobody records is not recorded, and goes on as such`() async throws {
        let exporter = exporter()
        let tracer = SpanTracer(exporter)
        let traceID = "0af7651916cd43dd8448eb211c80319c"
        let span = tracer.startSpan("request", context: context("00-\(traceID)-b7ad6b7169203331-00", tracer))
        #expect(!span.isRecording)
        var headers: [String: String] = [:]
        tracer.inject(span.context, into: &headers, using: Headers())
        #expect(headers["traceparent"]?.hasPrefix("00-\(traceID)-") == true)
        #expect(headers["traceparent"]?.hasSuffix("-00") == true)
        span.end()
        await exporter.flush()
        #expect(collector.spans.isEmpty)
    }

    @Test(arguments: [nil, "", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "nonsense"])
    func `without a valid parent a trace begins here`(traceparent: String?) async throws {
        let exporter = exporter()
        let tracer = SpanTracer(exporter)
        let span = tracer.startSpan("request", context: context(traceparent, tracer))
        span.end()
        await exporter.flush()
        let found = try #require(collector.spans.first)
        #expect(found.parentSpanId == nil)
        #expect(found.traceId.count == 32 && found.spanId.count == 16)
        #expect(TraceParent(span.context.trace?.traceparent) != nil)
    }

    @Test func `they are sent in batches, and what finds no room is lost`() async throws {
        let exporter = exporter(capacity: 25, batchLimit: 10)
        let tracer = SpanTracer(exporter)
        for number in 0..<40 { tracer.startSpan("span \(number)", context: .topLevel).end() }
        await exporter.flush()
        #expect(collector.all.count == 3)
        #expect(collector.spans.map(\.name) == (0..<25).map { "span \($0)" })
        tracer.startSpan("later", context: .topLevel).end()
        await exporter.flush()
        #expect(collector.spans.last?.name == "later")
    }

    @Test func `what sends the spans is not traced itself`() async throws {
        let tracer = Mutex<SpanTracer?>(nil)
        let exporter = SpanExporter(
            resource: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [collector] body in
            tracer.withLock { $0 }?.startSpan("a request of the sender's").end()
            try collector.take(body)
        }
        let spans = SpanTracer(exporter)
        tracer.withLock { $0 = spans }
        spans.startSpan("work", context: .topLevel).end()
        await exporter.flush()
        await exporter.flush()
        #expect(collector.spans.map(\.name) == ["work"])
    }

    @Test func `a collector that is away costs its batch and nothing more`() async throws {
        let isAway = Mutex(true)
        let exporter = SpanExporter(
            resource: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [collector] body in
            if isAway.withLock({ $0 }) { throw Away() }
            try collector.take(body)
        }
        let tracer = SpanTracer(exporter)
        tracer.startSpan("lost", context: .topLevel).end()
        await exporter.flush()
        isAway.withLock { $0 = false }
        tracer.startSpan("found", context: .topLevel).end()
        await exporter.flush()
        #expect(collector.spans.map(\.name) == ["found"])
    }
}
