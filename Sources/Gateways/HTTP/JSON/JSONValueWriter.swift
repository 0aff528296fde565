/// Encodes one value into the sink.
struct JSONValueWriter: Encoder, SingleValueEncodingContainer {
    let sink: JSONSink
    let codingPath: [any CodingKey]
    /// What encloses the value.
    private let depth: Int

    init(sink: JSONSink, codingPath: [any CodingKey]) {
        self.sink = sink
        self.codingPath = codingPath
        depth = sink.depth
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func write(_ value: some Encodable) throws {
        switch value {
        case let text as String: sink.string(text)
        case let number as Int64: sink.raw(String(number))
        default: try value.encode(to: self)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        // A value that asks again goes on with the object that it has begun.
        let object = sink.depth > depth ? depth + 1 : sink.begin(UInt8(ascii: "{"), UInt8(ascii: "}"))
        return KeyedEncodingContainer(JSONObjectWriter<Key>(sink: sink, depth: object, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let depth = sink.begin(UInt8(ascii: "["), UInt8(ascii: "]"))
        return JSONArrayWriter(sink: sink, depth: depth, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { sink.raw("null") }
    func encode(_ value: Bool) { sink.raw(value ? "true" : "false") }
    func encode(_ value: String) { sink.string(value) }
    func encode(_ value: Double) throws { try finite(value, value.isFinite) }
    func encode(_ value: Float) throws { try finite(value, value.isFinite) }
    func encode<T: Encodable>(_ value: T) throws {
        // Integers encode themselves as one value; asking them to do so again would never end.
        if let number = value as? any BinaryInteger { sink.raw(String(describing: number)) } else { try write(value) }
    }

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
    var codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { value(key).encodeNil() }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try self.value(key).write(value) }

    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
    }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
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
        return JSONValueWriter(sink: sink, codingPath: codingPath)
    }
    func superEncoder(forKey key: Key) -> any Encoder { value(key) }

    private func value(_ key: Key) -> JSONValueWriter {
        sink.key(key.stringValue, at: depth)
        return JSONValueWriter(sink: sink, codingPath: codingPath + [key])
    }
}

/// An array that is open in the sink.
struct JSONArrayWriter: UnkeyedEncodingContainer {
    let sink: JSONSink
    let depth: Int
    var codingPath: [any CodingKey]
    private(set) var count = 0

    init(sink: JSONSink, depth: Int, codingPath: [any CodingKey]) {
        self.sink = sink
        self.depth = depth
        self.codingPath = codingPath
    }

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
        return JSONValueWriter(sink: sink, codingPath: codingPath)
    }
}
