package import CoreMetrics
internal import Synchronization

/// All metrics of a process: what swift-metrics' counters, gauges, timers and recorders count into, and what `/metrics` shows.
///
///     let registry = MetricsRegistry()
///     MetricsSystem.bootstrap(registry)
///     Counter(label: "daybook_append_verdicts_total", dimensions: [("verdict", "accepted")]).increment()
///     await registry.text(.prometheus)
///
/// A label is the metric's name in Prometheus, dimensions are its labels; the same two always mean the same series. Whoever
/// counts often keeps its `Counter`, which is an atomic addition. What is known only when somebody asks, such as the length
/// of a queue, comes from a collector.
package final class MetricsRegistry: MetricsFactory, Sendable {
    /// What is measured at the moment of a scrape.
    package typealias Collector = @Sendable () async -> [Measurement]

    /// Series of one name. Beyond it labels do not come from a list, and further series are counted and not kept.
    static let seriesLimit = 2_000

    private struct State {
        var families: [String: MetricFamily] = [:]
        var collectors: [Collector] = []
    }

    private let state = Mutex(State())
    private let refused = CounterSeries()

    package init() {
        state.withLock { state in
            state.families["daybook_metrics_refused_series_total"] = MetricFamily(.counter, [[]: refused])
        }
    }

    /// Asks `collector` at each scrape.
    package func collect(_ collector: @escaping Collector) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// Everything, as one text.
    package func text(_ format: Exposition.Format) async -> String {
        let collectors = state.withLock { $0.collectors }
        let measured = await withTaskGroup(of: [Measurement].self) { group in
            for collector in collectors { group.addTask { await collector() } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        var families = state.withLock { $0.families }
        for measurement in measured {
            families[measurement.name, default: MetricFamily(measurement.kind)].add(measurement)
        }
        var exposition = Exposition(format)
        for (name, family) in families.sorted(by: { $0.key < $1.key }) { exposition.add(name, family) }
        return exposition.finished
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() } ?? refused
    }

    /// Durations are told in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(bounds: HistogramSeries.seconds) }
            ?? HistogramSeries(bounds: [])
    }

    /// One that aggregates is a histogram of sizes; one that does not, which is what `Gauge` makes, is a gauge.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            return series(label, dimensions, .histogram) { HistogramSeries(bounds: HistogramSeries.sizes) }
                ?? HistogramSeries(bounds: [])
        }
        return series(label, dimensions, .gauge) { GaugeSeries() } ?? GaugeSeries()
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() } ?? GaugeSeries()
    }

    // A series stays when nobody counts into it any more: a counter that vanished would look like one that was reset.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}

    /// The series of this name and these labels; nil if there are too many already.
    private func series<S: MetricSeries>(
        _ name: String,
        _ dimensions: [(String, String)],
        _ kind: MetricKind,
        make: () -> S
    ) -> S? {
        precondition(name.isMetricName, "'\(name)' cannot be a metric's name")
        let labels = dimensions.map { MetricLabel($0.0, $0.1) }
        let series = state.withLock { state -> S? in
            // Out and in again, so that the dictionary of series is not copied.
            var family = state.families.removeValue(forKey: name) ?? MetricFamily(kind)
            defer { state.families[name] = family }
            precondition(family.kind == kind, "'\(name)' is a \(family.kind)")
            if let known = family.series[labels] { return known as? S }
            guard family.series.count < Self.seriesLimit else { return nil }
            let made = make()
            family.series[labels] = made
            return made
        }
        if series == nil { refused.increment(by: 1) }
        return series
    }
}

extension String {
    /// Letters, digits, `_` and `:`, no digit first.
    fileprivate var isMetricName: Bool {
        guard let first = utf8.first, !(0x30...0x39).contains(first) else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: ":"): true
            default: false
            }
        }
    }
}
