internal import EventStore
internal import Foundation
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Observability

/// Takes over the client's `X-Request-Id` or makes one, and gives it back with the answer; takes over its `traceparent`. All that
/// is logged of the request has both.
package struct RequestIDs: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    package init() {}

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        let id = Self.sane(request.headers[.xRequestID]) ?? UUID.v7().text
        var context = context
        context.requestID = id
        context.trace = TraceParent(request.headers[.traceparent])
        // Hummingbird's own would be a second one.
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = .string(id)
        if let trace = context.trace { context.logger[metadataKey: "trace_id"] = .string(trace.traceID) }
        var response = try await next(request, context)
        response.headers[.xRequestID] = id
        return response
    }

    /// What may stand in a log line and a header as it is: 1 to 128 letters, digits and `-_.:`.
    private static func sane(_ id: String?) -> String? {
        guard let id, (1...128).contains(id.utf8.count) else { return nil }
        let allowed = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        return allowed ? id : nil
    }
}
