internal import Foundation
package import NIOCore

/// Decodes request bodies of one type and takes nothing that the type does not say: the bytes are scanned once against its
/// shape, then decoded.
package struct StrictJSON<Body: Decodable & Sendable>: Sendable {
    package let shape: JSONShape
    private let decoder = JSONDecoder()

    package init(_ type: Body.Type = Body.self) { shape = JSONShape.bare(type) }

    /// The body, or a problem: 400 with a JSON Pointer for what cannot be read, 422 for U+0000.
    /// No bytes at all stand for `{}` where nothing is required.
    package func decode(_ bytes: ByteBuffer) throws(Problem) -> Body {
        let bytes = bytes.readableBytes == 0 && isOptional ? ByteBuffer(string: "{}") : bytes
        try bytes.withUnsafeReadableBytes { raw throws(Problem) in try JSONScanner.check(raw, against: shape) }
        do {
            return try decoder.decode(Body.self, from: Data(bytes.readableBytesView))
        } catch {
            throw problem(error)
        }
    }

    /// Whether the body may be left out.
    package var isOptional: Bool {
        guard case .object(let fields) = shape else { return false }
        return fields.allSatisfy { !$0.required }
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
