internal import AsyncHTTPClient
internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Observability
internal import Settings
internal import Tracing

/// Where traces go: to an OpenTelemetry collector over HTTP.
struct Traces {
    let exporter: SpanExporter

    /// Nil if nobody wants any; then nothing is recorded.
    static func bootstrap(_ settings: Settings, logger: Logger) -> Traces? {
        let base = settings[\.tracesEndpoint].map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        guard let url = settings[\.tracesURL] ?? base.map({ $0 + "/v1/traces" }) else { return nil }
        let headers = pairs(settings[\.tracesHeaders] ?? "")
        let exporter = SpanExporter(
            resource: [
                ("service.name", settings[\.serviceName]), ("service.version", Daybook.version),
                ("process.pid", "\(ProcessInfo.processInfo.processIdentifier)"),
            ],
            logger: logger
        ) { body in
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
            request.body = .bytes(ByteBuffer(bytes: body))
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
            _ = try await response.body.collect(upTo: 1 << 20)
            guard (200..<300).contains(response.status.code) else { throw NotTaken(status: response.status.code) }
        }
        InstrumentationSystem.bootstrap(SpanTracer(exporter))
        return Traces(exporter: exporter)
    }

    /// `name=value,name=value`, values percent-encoded.
    private static func pairs(_ text: String) -> [(String, String)] {
        text.split(separator: ",").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let (name, value) = (
                parts[0].trimmingCharacters(in: .whitespaces), parts[1].trimmingCharacters(in: .whitespaces)
            )
            return (name, value.removingPercentEncoding ?? value)
        }
    }

    private struct NotTaken: Error, CustomStringConvertible {
        let status: UInt

        var description: String { "the collector answered \(status)" }
    }
}
