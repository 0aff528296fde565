internal import EventStore
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import RateLimits
internal import Sessions

/// What is done around every request: it is given an id, refused when the process is about to end, measured and logged, and its
/// errors are answered as problems. What is not meant for clients is logged under the request id and answered as 500. Every answer
/// tells the limits that it was counted against, and browsers to be careful with it.
///
/// One layer for all of it, since every layer is a frame of every parked poll.
package struct RequestEdge: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    private let draining: Draining
    private let caution: BrowserCaution
    private let log = AccessLog()

    /// - Parameter isSecure: whether browsers find the installation by https.
    package init(_ draining: Draining, isSecure: Bool) {
        self.draining = draining
        caution = BrowserCaution(isSecure: isSecure)
    }

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.identify(by: request.headers)
        var response: Response
        do {
            if let refusal = draining.refusal(of: request) { throw refusal }
            response = try await next(request, context)
        } catch {
            guard !Self.isOfTheClient(error, context) else {
                log.note(request, context, 499, .now - start)
                // Hummingbird answers what can be answered, and closes the connection.
                throw error
            }
            response = problem(of: error, context).response(to: request, requestID: context.requestID)
        }
        response.headers[.xRequestID] = context.requestID
        if let rate = context.bearer.rate {
            response.headers[.rateLimitPolicy] = rate.policyField
            response.headers[.rateLimit] = rate.limitField
        }
        caution.add(to: &response.headers)
        // Clients that keep connections find another process before this one closes them.
        if draining.isDraining { response.headers[.connection] = "close" }
        log.note(request, context, response.status.code, .now - start)
        return response
    }

    /// Whether the client has sent what is no HTTP, or has gone before it was done.
    private static func isOfTheClient(_ error: any Error, _ context: DaybookRequestContext) -> Bool {
        error is HTTPParserError || (error is IOError || error is ChannelError) && !context.channel.isActive
    }

    private func problem(of error: any Error, _ context: DaybookRequestContext) -> Problem {
        if let problem = Problem(error) { return problem }
        var metadata: Logger.Metadata = ["error": "\(error)", "route": "\(context.endpointPath ?? "-")"]
        if let tenant = context.bearer.session?.tenant { metadata["tenant"] = .string(tenant.id.text) }
        context.logger.error("request failed", metadata: metadata)
        return .internalError
    }
}
