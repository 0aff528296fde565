package import Events
package import HTTPTypes
internal import Hummingbird

/// An error as the client gets it: RFC 9457 `application/problem+json`.
///
///     {"type":"urn:daybook:problem:room.archived","title":"Conflict","status":409,"detail":"the room is archived",
///      "code":"room.archived","errors":[{"pointer":"/body","reason":"…"}],"request_id":"…"}
package struct Problem: Error, Sendable {
    /// One thing that is wrong with the request. `pointer` is a JSON Pointer (RFC 6901) into the body.
    package struct Fault: Encodable, Sendable, Equatable {
        package var pointer: String
        package var reason: String

        package init(_ pointer: String, _ reason: String) {
            self.pointer = pointer
            self.reason = reason
        }
    }

    package var status: HTTPResponse.Status
    /// Stable and for machines, such as `room.not_found`.
    package var code: String
    /// For people; never anything that came from inside.
    package var detail: String
    package var errors: [Fault]
    package var headers: HTTPFields
    /// The limit of the tenant that is reached, if that is it.
    package var limit: Limit?
    /// A path of the installation where the browser goes to show again who somebody is, if that is what is missing.
    package var loginURL: String?

    /// Which limit, and how far it is used.
    package struct Limit: Encodable, Sendable, Equatable {
        package var meter: String
        package var limit: Int64
        package var used: Int64
        /// When the count begins anew; left out where it does not.
        package var period_ends_at: Timestamp?
    }

    package init(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ detail: String,
        errors: [Fault] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }
}

extension Problem {
    private struct Document: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var code: String
        var errors: [Fault]
        var limit: Limit?
        var login_url: String?
        var request_id: String
    }

    /// - Parameter request: one that asks for the head alone gets it.
    func response(to request: Request, requestID: String) -> Response {
        let document = Document(
            type: "urn:daybook:problem:\(code)",
            title: status.reasonPhrase,
            status: status.code,
            detail: detail,
            code: code,
            errors: errors,
            limit: limit,
            login_url: loginURL,
            request_id: requestID
        )
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        let body = ResponseBody(byteBuffer: JSONWriter.write(document, nils: .leftOut))
        let response = Response(status: status, headers: headers, body: body)
        return request.method == .head ? response.createHeadResponse() : response
    }
}

extension Problem {
    package static func badRequest(_ code: String, _ detail: String, errors: [Fault] = []) -> Problem {
        Problem(.badRequest, code, detail, errors: errors)
    }

    package static func notFound(_ code: String, _ detail: String) -> Problem { Problem(.notFound, code, detail) }

    /// A store is away or too busy; the same request may succeed in a moment.
    package static func unavailable(_ code: String, _ detail: String, retryAfterSeconds: Int = 1) -> Problem {
        Problem(.serviceUnavailable, code, detail, headers: [.retryAfter: "\(retryAfterSeconds)"])
    }
}
