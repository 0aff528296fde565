/// Writes families as Prometheus reads them.
///
/// ```
/// # HELP daybook_http_requests_total Requests that were answered.
/// # TYPE daybook_http_requests_total counter
/// daybook_http_requests_total{method="POST",route="/api/rooms",status="201"} 3
/// ```
///
/// OpenMetrics differs in three things: a counter's family is named without `_total`, escapes in help texts include quotes,
/// and the text ends with `# EOF`.
package struct Exposition {
    package enum Format: Sendable {
        /// Version 0.0.4 of Prometheus' text format.
        case prometheus
        case openMetrics

        /// By what a scraper's `Accept` asks for.
        package init(accept: String?) {
            self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        }

        package var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    private let format: Format
    private var text = ""

    init(_ format: Format) { self.format = format }

    var finished: String { format == .openMetrics ? text + "# EOF\n" : text }

    mutating func add(_ name: String, _ family: MetricFamily) {
        guard !family.series.isEmpty else { return }
        let title = format == .openMetrics && family.kind == .counter ? name.withoutSuffix("_total") : name
        if let help = MetricCatalogue.help[name] { text += "# HELP \(title) \(escaped(help))\n" }
        text += "# TYPE \(title) \(family.kind.rawValue)\n"
        let series = family.series.map { (labels: Self.list($0.key), value: $0.value.value) }
        for (labels, value) in series.sorted(by: { $0.labels < $1.labels }) {
            switch value {
            case .number(let number): line(name, labels, number)
            case .histogram(let bounds, let counts, let sum): histogram(name, labels, bounds, counts, sum)
            }
        }
    }

    private mutating func histogram(
        _ name: String,
        _ labels: String,
        _ bounds: [Double],
        _ counts: [UInt64],
        _ sum: Double
    ) {
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            let list = (labels.isEmpty ? "" : labels + ",") + #"le="\#(bound)""#
            line("\(name)_bucket", list, Double(total))
        }
        line("\(name)_sum", labels, sum)
        line("\(name)_count", labels, Double(total))
    }

    private mutating func line(_ name: String, _ labels: String, _ value: Double) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(Self.written(value))\n"
    }

    private static func list(_ labels: [MetricLabel]) -> String {
        labels.map { #"\#($0.name)="\#(Self.escaped($0.value))""# }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: #"\\"#).replacing("\n", with: #"\n"#).replacing("\"", with: #"\""#)
    }

    private func escaped(_ help: String) -> String {
        let text = help.replacing("\\", with: #"\\"#).replacing("\n", with: #"\n"#)
        return format == .openMetrics ? text.replacing("\"", with: #"\""#) : text
    }

    /// Whole numbers without a fraction, as far as a double holds them.
    private static func written(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}

extension String {
    fileprivate func withoutSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
