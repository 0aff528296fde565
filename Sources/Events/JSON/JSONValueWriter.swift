internal import EventStore
internal import Foundation

/// Encodes one value into the sink.
struct JSONValueWriter: Encoder, SingleValueEncodingContainer {
    let sink: JSONSink
    /// What encloses the value.
    private let depth: Int

    init(sink: JSONSink) {
        self.sink = sink
        depth = sink.depth
    }

    /// Nobody is told where an error is: only numbers that are not finite make one.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { sink.userInfo }

    /// Types are compared before anything is cast: a cast that fails is looked up each time.
    func write<T: Encodable>(_ value: T) throws {
        if T.self == String.self, let text = value as? String {
            sink.string(text)
        } else if T.self == UUID.self, let id = value as? UUID {
            sink.string(id.text)
        } else if T.self == Data.self, let data = value as? Data {
            sink.string(data.base64EncodedString())
        } else {
            try value.encode(to: self)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        // A value that asks again goes on with the object that it has begun.
        let object = sink.depth > depth ? depth + 1 : sink.begin(UInt8(ascii: "{"), UInt8(ascii: "}"))
        return KeyedEncodingContainer(JSONObjectWriter<Key>(sink: sink, depth: object))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONArrayWriter(sink: sink, depth: sink.begin(UInt8(ascii: "["), UInt8(ascii: "]")))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { sink.raw("null") }
    func encode(_ value: Bool) { sink.bool(value) }
    func encode(_ value: String) { sink.string(value) }
    func encode(_ value: Int) { sink.integer(value) }
    func encode(_ value: Int8) { sink.integer(value) }
    func encode(_ value: Int16) { sink.integer(value) }
    func encode(_ value: Int32) { sink.integer(value) }
    func encode(_ value: Int64) { sink.integer(value) }
    func encode(_ value: UInt) { sink.integer(value) }
    func encode(_ value: UInt8) { sink.integer(value) }
    func encode(_ value: UInt16) { sink.integer(value) }
    func encode(_ value: UInt32) { sink.integer(value) }
    func encode(_ value: UInt64) { sink.integer(value) }
    func encode(_ value: Double) throws { try finite(value, value.isFinite) }
    func encode(_ value: Float) throws { try finite(value, value.isFinite) }
    func encode<T: Encodable>(_ value: T) throws { try write(value) }

    private func finite(_ value: some Encodable & CustomStringConvertible, _ isFinite: Bool) throws {
        guard isFinite else {
            throw EncodingError.invalidValue(value, .init(codingPath: codingPath, debugDescription: "not finite"))
        }
        sink.raw(value.description)
    }
}

/// An object that is open in the sink.
struct JSONObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: JSONSink
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { value(key).encodeNil() }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try self.value(key).write(value) }
    func encode(_ value: String, forKey key: Key) { self.value(key).encode(value) }
    func encode(_ value: Bool, forKey key: Key) { self.value(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) { self.value(key).encode(value) }
    func encode(_ value: Int64, forKey key: Key) { self.value(key).encode(value) }

    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { skip(key) }
    }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws {
        if let value { encode(value, forKey: key) } else { skip(key) }
    }
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
        if let value { encode(value, forKey: key) } else { skip(key) }
    }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { skip(key) }
    }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
        if let value { encode(value, forKey: key) } else { skip(key) }
    }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws {
        if let value { encode(value, forKey: key) } else { skip(key) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        value(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { value(key).unkeyedContainer() }
    func superEncoder() -> any Encoder {
        sink.key("super", at: depth)
        return JSONValueWriter(sink: sink)
    }
    func superEncoder(forKey key: Key) -> any Encoder { value(key) }

    private func skip(_ key: Key) {
        if sink.nils == .written { encodeNil(forKey: key) }
    }

    private func value(_ key: Key) -> JSONValueWriter {
        sink.key(key.stringValue, at: depth)
        return JSONValueWriter(sink: sink)
    }
}

/// An array that is open in the sink.
struct JSONArrayWriter: UnkeyedEncodingContainer {
    let sink: JSONSink
    let depth: Int
    private(set) var count = 0

    init(sink: JSONSink, depth: Int) {
        self.sink = sink
        self.depth = depth
    }

    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() { value().encodeNil() }
    mutating func encode<T: Encodable>(_ value: T) throws { try self.value().write(value) }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        value().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { value().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { value() }

    private mutating func value() -> JSONValueWriter {
        sink.element(at: depth)
        count += 1
        return JSONValueWriter(sink: sink)
    }
}
