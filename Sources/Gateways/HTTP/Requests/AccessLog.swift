internal import EventStore
internal import Foundation
internal import Hummingbird
internal import Logging
internal import Sessions

/// Measures each request, and writes one line of it: method, route as it was defined, status, milliseconds, tenant, request id.
/// Never a token, a body, a path as it was asked for or a query value.
struct AccessLog: Sendable {
    private let series = RequestSeries()

    /// - Parameter status: 499 if nobody waits for the answer.
    func note(
        _ request: Request,
        _ context: DaybookRequestContext,
        _ status: Int,
        _ duration: Duration
    ) {
        series.note(request.method, context.endpointPath, status, duration)
        guard context.logger.logLevel <= .info else { return }
        let microseconds = duration / .microseconds(1)
        var metadata: Logger.Metadata = [
            "method": .string(request.method.rawValue),
            "route": .string(context.endpointPath ?? "-"),
            "status": .stringConvertible(status),
            "ms": .stringConvertible((microseconds / 10).rounded() / 100),
        ]
        if let tenant = context.bearer.session?.tenant {
            metadata["tenant"] = .string(tenant.id.text)
        }
        context.logger.info("request", metadata: metadata)
    }
}
