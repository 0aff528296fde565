internal import CoreMetrics
internal import HTTPTypes
internal import Synchronization

/// Counts requests and measures them, by method, route as it was defined, and status: never by anything that a client makes up.
/// The series that there are, found by a look into a dictionary instead of by their labels' texts.
final class RequestSeries: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let route: String
        let status: Int
    }

    private struct Series {
        let requests: Counter
        let durations: CoreMetrics.Timer
    }

    /// Those that have a name of their own where requests are counted and traced.
    static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    private let known = Mutex<[Key: Series]>([:])

    func note(_ method: HTTPRequest.Method, _ route: String?, _ status: Int, _ duration: Duration) {
        let key = Key(method: method, route: route ?? "none", status: status)
        let series = known.withLock { known in
            if let series = known[key] { return series }
            let series = Self.make(key)
            // A method that nobody knows has the series of all of them, and no entry of its own.
            if Self.methods.contains(method) { known[key] = series }
            return series
        }
        series.requests.increment()
        series.durations.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    private static func make(_ key: Key) -> Series {
        let dimensions = [
            ("method", methods.contains(key.method) ? key.method.rawValue : "other"), ("route", key.route),
            ("status", "\(key.status)"),
        ]
        return Series(
            requests: Counter(label: "daybook_http_requests_total", dimensions: dimensions),
            durations: Timer(label: "daybook_http_request_duration_seconds", dimensions: dimensions)
        )
    }
}
