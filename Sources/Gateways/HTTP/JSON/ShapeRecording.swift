/// Records what a type decodes: a decoder that has any value that it is asked for.
enum ShapeRecording {
    static func record<T: Decodable>(_ type: T.Type) -> JSONShape { sample(type).shape }

    /// The shape of an object under its type's name, with what the type knows of its fields.
    private static func noted(_ shape: JSONShape, of type: Any.Type) -> JSONShape {
        guard case .object(let fields) = shape else { return shape }
        let notes = (type as? any NotedFields.Type)?.notes ?? [:]
        let unknown = Set(notes.keys).subtracting(fields.map(\.name))
        precondition(unknown.isEmpty, "\(type) has notes on fields that it does not have: \(unknown.sorted())")
        let noted = fields.map { field in
            let shape = notes[field.name].map { JSONShape.noted(field.shape, $0) } ?? field.shape
            return JSONShape.Field(name: field.name, shape: shape, required: field.required)
        }
        return .named(name(of: type), .object(noted))
    }

    /// As the contract calls it: `RoomView` is a `Room` there.
    private static func name(of type: Any.Type) -> String {
        let name = String(describing: type)
        for suffix in ["View", "Form"] where name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
        return name
    }

    /// A value of the type, made of stand-ins, and the shape that it asked for on the way.
    static func sample<T: Decodable>(_ type: T.Type) -> (value: T, shape: JSONShape) {
        if let type = type as? any ShapedValue.Type {
            guard let value = type.sample as? T else { preconditionFailure("a sample of \(type) is one") }
            return (value, type.shape)
        }
        let recorder = ShapeRecorder()
        do {
            let value = try T(from: recorder)
            guard let shape = recorder.shape else { preconditionFailure("\(T.self) decodes nothing") }
            return (value, noted(shape, of: type))
        } catch {
            preconditionFailure("\(T.self) decodes no stand-in: make it a ShapedValue (\(error))")
        }
    }
}

private final class ShapeRecorder: Decoder {
    var recorded: JSONShape?
    private var fields: [(name: String, shape: JSONShape, required: Bool)] = []
    private var isObject = false

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var shape: JSONShape? {
        guard isObject else { return recorded }
        return .object(fields.map { JSONShape.Field(name: $0.name, shape: $0.shape, required: $0.required) })
    }

    func note(_ name: String, _ shape: JSONShape, required: Bool) { fields.append((name, shape, required)) }

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
        preconditionFailure("types nest by types of their own")
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
        preconditionFailure("types nest by types of their own")
    }
    func superDecoder() -> any Decoder { preconditionFailure("types do not inherit") }
    func superDecoder(forKey key: Key) -> any Decoder { preconditionFailure("types do not inherit") }
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
        preconditionFailure("types nest by types of their own")
    }
    func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
        preconditionFailure("types nest by types of their own")
    }
    func superDecoder() -> any Decoder { preconditionFailure("types do not inherit") }
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

    private func leaf<T>(_ shape: JSONShape, _ value: T) -> T {
        recorder.recorded = shape
        return value
    }
}
