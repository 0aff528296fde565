/// Records what a type decodes: a decoder that has any value that it is asked for.
enum ShapeRecording {
    static func record<T: Decodable>(_ type: T.Type) -> RequestShape { sample(type).shape }

    /// A value of the type, made of stand-ins, and the shape that it asked for on the way.
    static func sample<T: Decodable>(_ type: T.Type) -> (value: T, shape: RequestShape) {
        if let type = type as? any RequestValue.Type {
            guard let value = type.sample as? T else { preconditionFailure("a sample of \(type) is one") }
            return (value, type.requestShape)
        }
        let recorder = ShapeRecorder()
        do {
            let value = try T(from: recorder)
            guard let shape = recorder.shape else { preconditionFailure("\(T.self) decodes nothing") }
            return (value, shape)
        } catch {
            preconditionFailure("\(T.self) decodes no stand-in: make it a RequestValue (\(error))")
        }
    }
}

private final class ShapeRecorder: Decoder {
    var recorded: RequestShape?
    private var fields: [(name: String, shape: RequestShape, required: Bool)] = []
    private var isObject = false

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var shape: RequestShape? {
        guard isObject else { return recorded }
        return .object(fields.map { RequestShape.Field(name: $0.name, shape: $0.shape, required: $0.required) })
    }

    func note(_ name: String, _ shape: RequestShape, required: Bool) { fields.append((name, shape, required)) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        isObject = true
        return KeyedDecodingContainer(ObjectRecorder<Key>(recorder: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { ArrayRecorder(recorder: self) }
    func singleValueContainer() -> any SingleValueDecodingContainer { ValueRecorder(recorder: self) }
}

private final class ObjectRecorder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let recorder: ShapeRecorder
    /// Keys that were asked whether they are null: those may be missing.
    private var optional: Set<String> = []

    init(recorder: ShapeRecorder) { self.recorder = recorder }

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }
    func contains(_ key: Key) -> Bool { true }

    func decodeNil(forKey key: Key) -> Bool {
        optional.insert(key.stringValue)
        return false
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let (value, shape) = ShapeRecording.sample(type)
        recorder.note(key.stringValue, shape, required: !optional.contains(key.stringValue))
        return value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedDecodingContainer<Nested> {
        preconditionFailure("request types nest by types of their own")
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
        preconditionFailure("request types nest by types of their own")
    }
    func superDecoder() -> any Decoder { preconditionFailure("request types do not inherit") }
    func superDecoder(forKey key: Key) -> any Decoder { preconditionFailure("request types do not inherit") }
}

private struct ArrayRecorder: UnkeyedDecodingContainer {
    let recorder: ShapeRecorder

    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    private(set) var currentIndex = 0
    var isAtEnd: Bool { currentIndex == 1 }

    init(recorder: ShapeRecorder) { self.recorder = recorder }

    func decodeNil() -> Bool { false }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, shape) = ShapeRecording.sample(type)
        recorder.recorded = .array(shape)
        currentIndex = 1
        return value
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
        preconditionFailure("request types nest by types of their own")
    }
    func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
        preconditionFailure("request types nest by types of their own")
    }
    func superDecoder() -> any Decoder { preconditionFailure("request types do not inherit") }
}

/// Leaves: what the standard library's own types ask for.
private struct ValueRecorder: SingleValueDecodingContainer {
    let recorder: ShapeRecorder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) -> Bool { leaf(.boolean, false) }
    func decode(_ type: String.Type) -> String { leaf(.text, "") }
    func decode(_ type: Double.Type) -> Double { leaf(.number, 0) }
    func decode(_ type: Float.Type) -> Float { leaf(.number, 0) }
    func decode(_ type: Int.Type) -> Int { leaf(.integer, 0) }
    func decode(_ type: Int8.Type) -> Int8 { leaf(.integer, 0) }
    func decode(_ type: Int16.Type) -> Int16 { leaf(.integer, 0) }
    func decode(_ type: Int32.Type) -> Int32 { leaf(.integer, 0) }
    func decode(_ type: Int64.Type) -> Int64 { leaf(.integer, 0) }
    func decode(_ type: UInt.Type) -> UInt { leaf(.integer, 0) }
    func decode(_ type: UInt8.Type) -> UInt8 { leaf(.integer, 0) }
    func decode(_ type: UInt16.Type) -> UInt16 { leaf(.integer, 0) }
    func decode(_ type: UInt32.Type) -> UInt32 { leaf(.integer, 0) }
    func decode(_ type: UInt64.Type) -> UInt64 { leaf(.integer, 0) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, shape) = ShapeRecording.sample(type)
        recorder.recorded = shape
        return value
    }

    private func leaf<T>(_ shape: RequestShape, _ value: T) -> T {
        recorder.recorded = shape
        return value
    }
}
