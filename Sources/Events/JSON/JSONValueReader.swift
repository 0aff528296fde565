internal import EventStore
internal import Foundation

/// Decodes the value at one place.
struct JSONValueReader: Decoder, SingleValueDecodingContainer {
    let source: JSONSource
    let place: Int

    var codingPath: [any CodingKey] { source.document.path(to: place) }
    var userInfo: [CodingUserInfoKey: Any] { source.userInfo }

    func read<T: Decodable>(_ type: T.Type) throws -> T {
        if T.self == UUID.self { return try cast(source.uuid(at: place)) }
        if T.self == Data.self { return try cast(source.data(at: place)) }
        return try T(from: self)
    }

    private func cast<T>(_ value: some Any) -> T {
        guard let value = value as? T else { preconditionFailure("the type has been looked at") }
        return value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard source.document.kind(at: place) == .object else { throw source.mismatch([String: Any].self, at: place) }
        return KeyedDecodingContainer(JSONObjectReader(source: source, place: place))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard source.document.kind(at: place) == .array else { throw source.mismatch([Any].self, at: place) }
        return JSONArrayReader(source: source, place: place)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { source.document.kind(at: place) == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try source.boolean(at: place) }
    func decode(_ type: String.Type) throws -> String { try source.text(at: place) }
    func decode(_ type: Double.Type) throws -> Double { try source.double(at: place) }
    func decode(_ type: Float.Type) throws -> Float { Float(try source.double(at: place)) }
    func decode(_ type: Int.Type) throws -> Int { try source.integer(at: place) }
    func decode(_ type: Int8.Type) throws -> Int8 { try source.integer(at: place) }
    func decode(_ type: Int16.Type) throws -> Int16 { try source.integer(at: place) }
    func decode(_ type: Int32.Type) throws -> Int32 { try source.integer(at: place) }
    func decode(_ type: Int64.Type) throws -> Int64 { try source.integer(at: place) }
    func decode(_ type: UInt.Type) throws -> UInt { try source.integer(at: place) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try source.integer(at: place) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try source.integer(at: place) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try source.integer(at: place) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try source.integer(at: place) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try read(type) }
}

/// The fields of the object at one place.
struct JSONObjectReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let source: JSONSource
    let place: Int

    var codingPath: [any CodingKey] { source.document.path(to: place) }

    var allKeys: [Key] {
        source.document.fields(at: place).compactMap { Key(stringValue: source.document.text(at: $0)) }
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key).decodeNil() }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try value(key).read(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).decode(type) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).decode(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).decode(type) }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try present(key)?.read(type) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try present(key)?.decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try value(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { try value(JSONKey(stringValue: "super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }

    private func find(_ key: some CodingKey) -> JSONValueReader? {
        source.document.value(of: key.stringValue, at: place).map { JSONValueReader(source: source, place: $0) }
    }

    /// Nil also where the field is null.
    private func present(_ key: Key) -> JSONValueReader? {
        guard let value = find(key), !value.decodeNil() else { return nil }
        return value
    }

    private func value(_ key: some CodingKey) throws -> JSONValueReader {
        guard let value = find(key) else {
            throw DecodingError.keyNotFound(
                key,
                .init(codingPath: codingPath, debugDescription: "the field \(key.stringValue) is missing")
            )
        }
        return value
    }
}

/// The elements of the array at one place.
struct JSONArrayReader: UnkeyedDecodingContainer {
    private let source: JSONSource
    private let place: Int
    private var elements: JSONDocument.Places
    private var element: Int?
    private(set) var currentIndex = 0

    init(source: JSONSource, place: Int) {
        self.source = source
        self.place = place
        elements = source.document.elements(at: place)
        element = elements.next()
    }

    var codingPath: [any CodingKey] { source.document.path(to: place) }
    var count: Int? { source.document.elements(at: place).reduce(0) { count, _ in count + 1 } }
    var isAtEnd: Bool { element == nil }

    mutating func decodeNil() throws -> Bool {
        guard try value().decodeNil() else { return false }
        advance()
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let value = try value().read(type)
        advance()
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let container = try value().container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try value().unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let value = try value()
        advance()
        return value
    }

    private mutating func advance() {
        element = elements.next()
        currentIndex += 1
    }

    private func value() throws -> JSONValueReader {
        guard let element else {
            throw DecodingError.valueNotFound(
                Any.self,
                .init(codingPath: codingPath, debugDescription: "the array ends at \(currentIndex)")
            )
        }
        return JSONValueReader(source: source, place: element)
    }
}
