package import Events

/// What a request body may look like, as its type decodes it.
package indirect enum RequestShape: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let shape: RequestShape
        package let required: Bool
    }

    case object([Field])
    case array(RequestShape)
    case text
    case integer
    case number
    case boolean
    /// One of these texts.
    case choice([String])
    /// A text of a form of its own, described for people.
    case form(String)

    /// The shape of a type, recorded while its own `init(from:)` asks for what it wants.
    package static func of(_ type: (some Decodable).Type) -> RequestShape { ShapeRecording.record(type) }

    /// What a value must be, to end the sentence "must be …".
    var expectation: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .text: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        case .form(let form): form
        }
    }

    /// The shape of the value that a coding path leads to.
    func at(_ path: some Sequence<any CodingKey>) -> RequestShape? {
        var shape: RequestShape? = self
        for key in path {
            switch shape {
            case .object(let fields): shape = fields.first { $0.name == key.stringValue }?.shape
            case .array(let element): shape = element
            default: shape = nil
            }
        }
        return shape
    }
}

/// A value that says itself what it looks like in a request: texts that are more than a string.
package protocol RequestValue: Decodable, Sendable {
    static var requestShape: RequestShape { get }
    /// Any value, which stands in while a shape is recorded.
    static var sample: Self { get }
}

extension RequestValue where Self: CaseIterable & RawRepresentable<String> {
    package static var requestShape: RequestShape { .choice(allCases.map(\.rawValue)) }
    package static var sample: Self {
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no case") }
        return first
    }
}

extension Role: RequestValue {}
extension RoomRole: RequestValue {}

extension RoomEvent.Kind: RequestValue {
    package static var requestShape: RequestShape { .choice([Self.channel, .private].map(\.rawValue)) }
    package static var sample: Self { .channel }
}

extension UserEvent.Kind: RequestValue {
    package static var requestShape: RequestShape { .choice([Self.person, .agent].map(\.rawValue)) }
    package static var sample: Self { .person }
}

/// An identifier in the edge's form, such as `user_0190…`.
package struct EdgeID<E: Event>: RequestValue {
    package let id: StreamID<E>

    package static var requestShape: RequestShape {
        .form("an identifier such as \(E.prefix)_01908a5e-0000-7000-8000-000000000000")
    }
    package static var sample: EdgeID { EdgeID(id: StreamID()) }

    private init(id: StreamID<E>) { self.id = id }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = StreamID<E>(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an identifier of this kind")
        }
        self.id = id
    }
}
