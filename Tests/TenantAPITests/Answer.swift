import HTTPTypes
import NIOCore
import TestSupport
import Testing

/// An answer, and its body as JSON if it has one.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String
    /// Null for an answer in JSON lines, a text for a page.
    let json: JSON
    /// Each line of an answer in JSON lines.
    let lines: [JSON]

    init(status: Int, headers: HTTPFields, body: ByteBuffer) throws {
        self.status = status
        self.headers = headers
        text = String(buffer: body)
        let isInLines = headers[.contentType] == "application/x-ndjson"
        let isPage = headers[.contentType]?.hasPrefix("text/html") == true
        json = text.isEmpty || isInLines ? .null : isPage ? .string(text) : try JSON(text.utf8)
        lines = isInLines ? try text.split(separator: "\n").map { try JSON($0.utf8) } : []
    }

    subscript(_ key: String) -> JSON { json[key] }

    var id: String { json["id"].text ?? "" }

    /// Expects a problem document with this status and code.
    func expectProblem(
        _ status: Int,
        _ code: String,
        at pointers: [String]? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(json["code"].text == code, "\(text)", sourceLocation: sourceLocation)
        #expect(json["type"].text == "urn:daybook:problem:\(code)", sourceLocation: sourceLocation)
        #expect(json["status"].int == Int64(status), sourceLocation: sourceLocation)
        #expect(json["title"].text?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(json["detail"].text?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(json["request_id"].text == headers[HTTPField.Name("X-Request-Id")!], sourceLocation: sourceLocation)
        if let pointers {
            #expect(
                json["errors"].items.map { $0["pointer"].text } == pointers,
                "\(text)",
                sourceLocation: sourceLocation
            )
        }
    }
}
