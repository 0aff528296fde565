internal import EventStore
internal import Foundation
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Sessions

/// Measures each request, and writes one line of it: method, route as it was defined, status, milliseconds, tenant, request id. Never a token, a body, a path
/// as it was asked for or a query value.
package struct AccessLog: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    private let series = RequestSeries()

    package init() {}

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await next(request, context)
            note(request, context, response.status.code, .now - start)
            return response
        } catch {
            // Only a connection that broke gets here: errors have become answers further in.
            note(request, context, 499, .now - start)
            throw error
        }
    }

    private func note(
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
