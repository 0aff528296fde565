internal import EventStore
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Observability

extension DaybookRequestContext {
    /// Takes over the client's `X-Request-Id`, or makes one, and its `traceparent`. All that is logged of the request has both.
    mutating func identify(by headers: HTTPFields) {
        requestID = Self.sane(headers[.xRequestID]) ?? UUID.v7().text
        trace = TraceParent(headers[.traceparent])
        // Hummingbird's own would be a second one.
        logger[metadataKey: "hb.request.id"] = nil
        logger[metadataKey: "request_id"] = .string(requestID)
        if let trace { logger[metadataKey: "trace_id"] = .string(trace.traceID) }
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
