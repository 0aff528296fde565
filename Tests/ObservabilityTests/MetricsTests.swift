import CoreMetrics
import TestSupport
import Testing

@testable import Observability

/// From swift-metrics' calls to what Prometheus reads.
struct MetricsTests {
    private let registry = MetricsRegistry()

    private func scrape(_ format: Exposition.Format = .prometheus) async throws -> PrometheusText {
        try PrometheusText(await registry.text(format), isOpenMetrics: format == .openMetrics)
    }

    @Test func `a counter adds up, whoever counts`() async throws {
        for _ in 0..<2 {
            Counter(label: "daybook_posts_total", dimensions: [("status", "201")], factory: registry).increment(by: 2)
        }
        Counter(label: "daybook_posts_total", dimensions: [("status", "503")], factory: registry).increment()
        let text = try await scrape()
        #expect(text["daybook_posts_total", ["status": "201"]] == 4)
        #expect(text["daybook_posts_total", ["status": "503"]] == 1)
        #expect(text.sum("daybook_posts_total") == 5)
    }

    @Test func `a timer is a histogram of seconds, a recorder one of sizes, a gauge what it was last`() async throws {
        let timer = Timer(label: "daybook_step_duration_seconds", factory: registry)
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(400_000_000)
        timer.recordNanoseconds(90_000_000_000)
        Recorder(label: "daybook_batch_commands", factory: registry).record(7)
        let gauge = Gauge(label: "daybook_owned", factory: registry)
        gauge.record(5)
        gauge.record(0.5)
        let text = try await scrape()
        #expect(text["daybook_step_duration_seconds_bucket", ["le": "0.001"]] == 0)
        #expect(text["daybook_step_duration_seconds_bucket", ["le": "0.0025"]] == 1)
        #expect(text["daybook_step_duration_seconds_bucket", ["le": "60.0"]] == 2)
        #expect(text["daybook_step_duration_seconds_bucket", ["le": "+Inf"]] == 3)
        #expect(text["daybook_step_duration_seconds_sum"] == 90.402)
        #expect(text["daybook_batch_commands_bucket", ["le": "5.0"]] == 0)
        #expect(text["daybook_batch_commands_bucket", ["le": "10.0"]] == 1)
        #expect(text["daybook_owned"] == 0.5)
    }

    @Test func `labels are written so that any value can be read`() async throws {
        let odd = "a\"b\\c\nd,e}é"
        Counter(label: "daybook_odd_total", dimensions: [("value", odd)], factory: registry).increment()
        for format in [Exposition.Format.prometheus, .openMetrics] {
            #expect(try await scrape(format)["daybook_odd_total", ["value": odd]] == 1)
        }
    }

    @Test func `what is measured when somebody asks stands beside what is counted`() async throws {
        registry.collect { [.gauge("daybook_waiting", [("pool", "a")], 3), .counter("daybook_timeouts_total", [], 2)] }
        registry.collect { [.gauge("daybook_waiting", [("pool", "b")], 4)] }
        let text = try await scrape()
        #expect(text["daybook_waiting", ["pool": "a"]] == 3)
        #expect(text["daybook_waiting", ["pool": "b"]] == 4)
        #expect(text["daybook_timeouts_total"] == 2)
        #expect(text.families.first { $0.name == "daybook_timeouts_total" }?.type == "counter")
    }

    @Test func `OpenMetrics names a counter's family without its suffix and ends with a mark`() async throws {
        Counter(label: "daybook_http_requests_total", factory: registry).increment()
        let text = await registry.text(.openMetrics)
        #expect(text.contains("# TYPE daybook_http_requests counter\ndaybook_http_requests_total 1\n"))
        #expect(text.hasSuffix("# EOF\n"))
        #expect(Exposition.Format(accept: "application/openmetrics-text;version=1.0.0;q=0.5,*/*") == .openMetrics)
        #expect(Exposition.Format(accept: "text/plain;version=0.0.4") == .prometheus)
        #expect(Exposition.Format(accept: nil) == .prometheus)
    }

    @Test func `labels without end cost their bound and are told of`() async throws {
        for number in 0..<MetricsRegistry.seriesLimit + 10 {
            Counter(label: "daybook_wild_total", dimensions: [("id", "\(number)")], factory: registry).increment()
        }
        let text = try await scrape()
        #expect(text.sum("daybook_wild_total") == Double(MetricsRegistry.seriesLimit))
        #expect((text["daybook_metrics_refused_series_total"] ?? 0) >= 10)
    }

    @Test func `a process knows its own figures`() async throws {
        registry.collect { ProcessMetrics.measure() }
        let text = try await scrape()
        #expect(text["process_resident_memory_bytes"] ?? 0 > 1_000_000)
        #expect(text["process_open_fds"] ?? 0 >= 3)
        #expect(text["process_max_fds"] ?? 0 > text["process_open_fds"] ?? 0)
        #expect(text["process_threads"] ?? 0 >= 1)
        // After 2020, and not in the future.
        #expect(text["process_start_time_seconds"] ?? 0 > 1_577_836_800)
        #expect(text.families.allSatisfy { $0.help != nil })
    }
}
