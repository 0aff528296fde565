internal import EventStore
internal import HTTPTypes
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
            return problem(of: error, context).response(to: request, requestID: context.requestID)
        }
    }

    private func problem(of error: any Error, _ context: DaybookRequestContext) -> Problem {
        if let problem = Problem(error) { return problem }
        var metadata: Logger.Metadata = ["error": "\(error)", "route": "\(context.endpointPath ?? "-")"]
        if let tenant = context.bearer.session?.tenant { metadata["tenant"] = .string(tenant.id.text) }
        context.logger.error("request failed", metadata: metadata)
        return .internalError
    }
}
