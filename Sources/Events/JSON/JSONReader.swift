internal import EventStore
package import Foundation

/// Reads values from JSON: finds out once where all of them lie, and makes of them only what a type asks for. An event takes
/// less than half of what Foundation's decoder needs for it.
package enum JSONReader {
    /// - Parameter userInfo: what the value's `init(from:)` looks up.
    /// - Throws: `JSONDocument.Fault` for what is not JSON, and what `init(from:)` throws, `DecodingError` above all.
    package static func value<T: Decodable>(
        _ type: T.Type,
        of bytes: [UInt8],
        userInfo: [CodingUserInfoKey: Any] = [:]
    ) throws -> T {
        try value(type, of: try JSONDocument(bytes), userInfo: userInfo)
    }

    /// - Throws: what `init(from:)` throws, `DecodingError` above all.
    package static func value<T: Decodable>(
        _ type: T.Type,
        of document: JSONDocument,
        userInfo: [CodingUserInfoKey: Any] = [:]
    ) throws -> T {
        let source = JSONSource(document: document, userInfo: userInfo)
        return try JSONValueReader(source: source, place: JSONDocument.root).read(type)
    }
}

/// What all readers of one document share.
final class JSONSource {
    let document: JSONDocument
    let userInfo: [CodingUserInfoKey: Any]

    init(document: JSONDocument, userInfo: [CodingUserInfoKey: Any]) {
        self.document = document
        self.userInfo = userInfo
    }

    func mismatch(_ type: Any.Type, at place: Int) -> DecodingError {
        let context = context(at: place, "there is no \(type), but a value of the kind \(document.kind(at: place))")
        return document.kind(at: place) == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func corrupted(_ reason: String, at place: Int) -> DecodingError { .dataCorrupted(context(at: place, reason)) }

    private func context(at place: Int, _ reason: String) -> DecodingError.Context {
        .init(codingPath: document.path(to: place), debugDescription: reason)
    }

    // MARK: Leaves

    func text(at place: Int) throws -> String {
        guard document.kind(at: place) == .text else { throw mismatch(String.self, at: place) }
        return document.text(at: place)
    }

    func boolean(at place: Int) throws -> Bool {
        guard let value = document.boolean(at: place) else { throw mismatch(Bool.self, at: place) }
        return value
    }

    func integer<N: FixedWidthInteger>(at place: Int) throws -> N {
        if let number = document.integer(at: place, as: N.self) { return number }
        throw document.kind(at: place) == .number
            ? corrupted("the number is no \(N.self)", at: place) : mismatch(N.self, at: place)
    }

    func double(at place: Int) throws -> Double {
        if let number = document.double(at: place) { return number }
        throw document.kind(at: place) == .number
            ? corrupted("the number is too large", at: place) : mismatch(Double.self, at: place)
    }

    func uuid(at place: Int) throws -> UUID {
        let text = try text(at: place)
        guard let id = UUID(text: text) ?? UUID(uuidString: text) else { throw corrupted("it is no UUID", at: place) }
        return id
    }

    func data(at place: Int) throws -> Data {
        guard let data = Data(base64Encoded: try text(at: place)) else {
            throw corrupted("it is not base64", at: place)
        }
        return data
    }
}
