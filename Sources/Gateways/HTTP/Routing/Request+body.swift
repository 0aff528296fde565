internal import HTTPTypes
package import Hummingbird
package import NIOCore

extension Request {
    /// The body of a JSON request: 413 if it is longer than `limit` bytes, 415 if it says that it is something else.
    package func jsonBody(upTo limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw Problem.bodyTooLarge(limit) }
        let bytes: ByteBuffer
        do { bytes = try await body.collect(upTo: limit) } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit)
        }
        if bytes.readableBytes > 0, !isJSON {
            throw Problem(.unsupportedMediaType, "body.not_json", "send the body as application/json")
        }
        return bytes
    }

    private var isJSON: Bool {
        guard let type = headers[.contentType], type.isPlain(upTo: 256) else { return false }
        let parts = type.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\"" } }
        return parts.first == "application/json"
            && parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
    }
}

extension Problem {
    static func bodyTooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, "body.too_large", "the body is larger than the \(limit) bytes that this route takes")
    }
}
