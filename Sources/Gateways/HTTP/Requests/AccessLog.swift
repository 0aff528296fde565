internal import EventStore
internal import Foundation
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Sessions

/// One line a request: method, route as it was defined, status, milliseconds, tenant, request id. Never a token, a body, a path
/// as it was asked for or a query value.
package struct AccessLog: RouterMiddleware {
    package typealias Context = DaybookRequestContext

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
            log(request, context, response.status.code, start)
            return response
        } catch {
            // Only a connection that broke gets here: errors have become answers further in.
            log(request, context, 499, start)
            throw error
        }
    }

    private func log(
        _ request: Request,
        _ context: DaybookRequestContext,
        _ status: Int,
        _ start: ContinuousClock.Instant
    ) {
        guard context.logger.logLevel <= .info else { return }
        let microseconds = (ContinuousClock.now - start) / .microseconds(1)
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
