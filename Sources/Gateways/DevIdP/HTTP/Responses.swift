internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes: Data
        do { bytes = try encoder.encode(value) } catch {
            preconditionFailure("texts, numbers and lists of them always encode: \(error)")
        }
        return Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// After a form was sent the browser gets the new address with GET, and does not send the form again (RFC 9700 4.12).
    static func seeOther(_ uri: String) -> Response { Response(status: .seeOther, headers: [.location: uri]) }
}

extension Request {
    /// No form is longer.
    private static var bodyLimit: Int { 64 * 1024 }

    /// The query.
    func query() throws(OAuthError) -> Parameters { try Parameters(form: uri.query ?? "") }

    /// The form in the body: an error if it is too long, or something else.
    func form() async throws -> Parameters {
        guard let type = headers[.contentType], type.isPlain(upTo: 200),
            type.lowercased().split(separator: ";").first?.filter({ $0 != " " }) == "application/x-www-form-urlencoded"
        else { throw OAuthError.invalidRequest("send the body as application/x-www-form-urlencoded") }
        let tooLarge = OAuthError(
            .invalidRequest,
            "the body is larger than the \(Self.bodyLimit) bytes that are taken",
            status: .contentTooLarge
        )
        if let length = headers[.contentLength].flatMap(Int.init), length > Self.bodyLimit { throw tooLarge }
        let bytes: ByteBuffer
        do { bytes = try await body.collect(upTo: Self.bodyLimit) } catch is NIOTooManyBytesError { throw tooLarge }
        return try Parameters(form: String(buffer: bytes))
    }
}
