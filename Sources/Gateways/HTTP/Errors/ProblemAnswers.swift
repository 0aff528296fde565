internal import EventStore
package import Hummingbird
internal import Logging
internal import NIOHTTP1
internal import Sessions

/// Answers every error with a problem document. What is not meant for clients is logged under the request id and answered as 500.
package struct ProblemAnswers: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    package init() {}

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // Hummingbird answers it and closes the connection.
            throw error
        } catch {
            if let problem = Problem(error) { return problem.response(requestID: context.requestID) }
            var metadata: Logger.Metadata = ["error": "\(error)", "route": "\(context.endpointPath ?? "-")"]
            if let tenant = context.bearer.session?.tenant { metadata["tenant"] = .string(tenant.id.text) }
            context.logger.error("request failed", metadata: metadata)
            return Problem.internalError.response(requestID: context.requestID)
        }
    }
}
