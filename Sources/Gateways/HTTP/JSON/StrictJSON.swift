internal import Events
package import NIOCore

/// Decodes request bodies of one type and takes nothing that the type does not say: the bytes are read once, what they hold is
/// held against the type's shape, then decoded.
package struct StrictJSON<Body: Decodable & Sendable>: Sendable {
    private static var depthLimit: Int { 32 }

    package let shape: JSONShape

    package init(_ type: Body.Type = Body.self) { shape = JSONShape.bare(type) }

    /// The body, or a problem: 400 with a JSON Pointer for what cannot be read, 422 for U+0000.
    /// No bytes at all stand for `{}` where nothing is required.
    package func decode(_ bytes: ByteBuffer) throws(Problem) -> Body {
        let bytes = bytes.readableBytes == 0 && isOptional ? ByteBuffer(string: "{}") : bytes
        let document: JSONDocument
        do {
            document = try JSONDocument(Array(bytes.readableBytesView), depthLimit: Self.depthLimit)
        } catch { throw problem(error) }
        try ShapeCheck.check(document, against: shape)
        do { return try JSONReader.value(Body.self, of: document) } catch { throw problem(error) }
    }

    /// Whether the body may be left out.
    package var isOptional: Bool {
        guard case .object(let fields) = shape else { return false }
        return fields.allSatisfy { !$0.required }
    }

    private func problem(_ fault: JSONDocument.Fault) -> Problem {
        switch fault {
        case .notUTF8: .badRequest("utf8.malformed", "the body is not UTF-8")
        case .tooDeep: .badRequest("json.too_deep", "the body nests more than \(Self.depthLimit) levels")
        case .malformed(let reason): .badRequest("json.malformed", "the body is not JSON: \(reason)")
        }
    }

    private func problem(_ error: any Error) -> Problem {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            let pointer = JSONPointer.of(context.codingPath + [key])
            return .badRequest("json.missing_field", "a field is missing", errors: [.init(pointer, "is required")])
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            return .wrongType(JSONPointer.of(context.codingPath), shape.at(context.codingPath))
        default:
            return .badRequest("json.malformed", "the body cannot be read")
        }
    }
}

extension Problem {
    static func wrongType(_ pointer: String, _ expected: JSONShape?) -> Problem {
        let reason = "must be \(expected?.expectation ?? "something else")"
        return .badRequest("json.wrong_type", "a value is not what it has to be", errors: [Fault(pointer, reason)])
    }
}

/// RFC 6901.
enum JSONPointer {
    static func of(_ path: [any CodingKey]) -> String {
        path.map { token($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
    }

    static func of(_ path: [String]) -> String { path.map(token).joined() }

    private static func token(_ name: String) -> String {
        var token = Array("/".utf8)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "~"): token += "~0".utf8
            case UInt8(ascii: "/"): token += "~1".utf8
            default: token.append(byte)
            }
        }
        return String(decoding: token, as: UTF8.self)
    }
}
