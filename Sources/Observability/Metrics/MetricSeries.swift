internal import CoreMetrics
internal import Synchronization

/// What one series holds at the moment.
enum MetricValue: Sendable, Equatable {
    case number(Double)
    /// How many fell into each bucket, the one without a bound last, not cumulated; and the sum of all.
    case histogram(bounds: [Double], counts: [UInt64], sum: Double)
}

/// One line of a family, or in a histogram's case a few.
protocol MetricSeries: AnyObject, Sendable {
    var value: MetricValue { get }
}

/// A number that only grows.
final class CounterSeries: MetricSeries, CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: MetricValue { .number(Double(count.load(ordering: .relaxed))) }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }
}

/// A number that goes up and down.
final class GaugeSeries: MetricSeries, RecorderHandler, MeterHandler {
    private let current = Mutex(0.0)

    var value: MetricValue { .number(current.withLock { $0 }) }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func increment(by amount: Double) { current.withLock { $0 += amount } }
    func decrement(by amount: Double) { current.withLock { $0 -= amount } }
}

/// How values are spread, over buckets that never change.
final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    /// From a statement to a long poll's patience.
    static let seconds = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]
    /// From one alone to the largest batch.
    static let sizes: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000]

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: MetricValue {
        let state = state.withLock { $0 }
        return .histogram(bounds: bounds, counts: state.counts, sum: state.sum)
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }
}

/// A value that was measured for one scrape.
final class FixedSeries: MetricSeries {
    let value: MetricValue

    init(_ value: Double) { self.value = .number(value) }
}
