import Foundation
import HTTPTypes
import NIOCore
import Testing

/// An answer, and its body as JSON if it has one.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String
    let json: JSON

    init(status: Int, headers: HTTPFields, body: ByteBuffer) throws {
        self.status = status
        self.headers = headers
        text = String(buffer: body)
        json = text.isEmpty ? .null : try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
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
        #expect(json["status"].number == Double(status), sourceLocation: sourceLocation)
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

/// Any JSON, to look into.
enum JSON: Decodable, Sendable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case array([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    subscript(_ key: String) -> JSON { if case .object(let fields) = self { fields[key] ?? .null } else { .null } }
    subscript(_ index: Int) -> JSON { items.indices.contains(index) ? items[index] : .null }
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var flag: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var items: [JSON] { if case .array(let value) = self { value } else { [] } }
    var keys: Set<String> { if case .object(let fields) = self { Set(fields.keys) } else { [] } }
}
