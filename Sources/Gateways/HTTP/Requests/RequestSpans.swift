internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Observability
internal import Tracing

/// A span for each request, in the trace that the client has begun, where somebody records traces. Around everything else.
package struct RequestSpans: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    package init() {}

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        var parent = ServiceContext.topLevel
        InstrumentationSystem.instrument.extract(request.headers, into: &parent, using: Headers())
        return try await withSpan("request", context: parent, ofKind: .server) { span in
            var context = context
            if let trace = span.context.trace { context.logger[metadataKey: "trace_id"] = .string(trace.traceID) }
            let response = try await next(request, context)
            if span.isRecording { describe(span, request, context, response) }
            return response
        }
    }

    /// Never the path as it was asked for, nor a query.
    private func describe(
        _ span: any Span,
        _ request: Request,
        _ context: DaybookRequestContext,
        _ response: Response
    ) {
        let route = context.endpointPath ?? "none"
        // A client may call its method anything.
        let method = RequestSeries.methods.contains(request.method) ? request.method.rawValue : "_OTHER"
        span.operationName = "\(method) \(route)"
        span.updateAttributes { attributes in
            attributes["http.request.method"] = method
            attributes["http.route"] = route
            attributes["http.response.status_code"] = response.status.code
            attributes["daybook.request_id"] = response.headers[.xRequestID]
        }
        if response.status.kind == .serverError { span.setStatus(SpanStatus(code: .error)) }
    }

    private struct Headers: Extractor {
        func extract(key: String, from headers: HTTPFields) -> String? {
            HTTPField.Name(key).flatMap { headers[$0] }
        }
    }
}
