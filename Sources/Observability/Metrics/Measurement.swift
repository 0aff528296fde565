/// A value that a collector found at the moment of a scrape.
package struct Measurement: Sendable {
    let name: String
    let labels: [MetricLabel]
    let kind: MetricKind
    let value: Double

    /// Something that goes up and down.
    package static func gauge(_ name: String, _ labels: [(String, String)] = [], _ value: Double) -> Measurement {
        Measurement(name: name, labels: labels.map { MetricLabel($0.0, $0.1) }, kind: .gauge, value: value)
    }

    /// Something that is counted elsewhere and only grows.
    package static func counter(_ name: String, _ labels: [(String, String)] = [], _ value: Double) -> Measurement {
        Measurement(name: name, labels: labels.map { MetricLabel($0.0, $0.1) }, kind: .counter, value: value)
    }
}

/// What Prometheus makes of a metric.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// A label and its value, such as `partition="3"`.
struct MetricLabel: Hashable, Sendable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Everything of one name.
struct MetricFamily: Sendable {
    let kind: MetricKind
    var series: [[MetricLabel]: any MetricSeries]

    init(_ kind: MetricKind, _ series: [[MetricLabel]: any MetricSeries] = [:]) {
        self.kind = kind
        self.series = series
    }

    mutating func add(_ measurement: Measurement) { series[measurement.labels] = FixedSeries(measurement.value) }
}
