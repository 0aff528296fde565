package import Events

/// A value that says itself what it looks like in JSON: texts that are more than a string.
package protocol ShapedValue: Decodable, Sendable {
    static var shape: JSONShape { get }
    /// Any value, which stands in while a shape is recorded.
    static var sample: Self { get }
}

extension ShapedValue where Self: CaseIterable & RawRepresentable<String> {
    package static var shape: JSONShape { .choice(allCases.map(\.rawValue)) }
    package static var sample: Self {
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no case") }
        return first
    }
}

extension Role: ShapedValue {}
extension RoomRole: ShapedValue {}
extension UserEvent.ForgetReason: ShapedValue {}

extension RoomEvent.Kind: ShapedValue {
    package static var shape: JSONShape { .choice([Self.channel, .private].map(\.rawValue)) }
    package static var sample: Self { .channel }
}

extension UserEvent.Kind: ShapedValue {
    package static var shape: JSONShape { .choice([Self.person, .agent].map(\.rawValue)) }
    package static var sample: Self { .person }
}

extension Timestamp: ShapedValue {
    package static var shape: JSONShape {
        .noted(.form("an RFC 3339 time such as 2018-11-05T19:30:43.000100Z"), .init(format: "date-time"))
    }
    package static var sample: Self { Timestamp(microseconds: 0) }
}

/// An identifier in the edge's form, such as `user_0190…`.
package struct EdgeID<E: Event>: ShapedValue {
    package let id: StreamID<E>

    package static var shape: JSONShape { .identifier(E.prefix) }
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

extension JSONShape {
    /// A prefix and a UUID in lower case.
    package static func identifier(_ prefix: String) -> JSONShape {
        .noted(
            .form("an identifier such as \(prefix)_01908a5e-0000-7000-8000-000000000000"),
            .pattern("^\(prefix)_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
        )
    }

    /// The identifiers of a kind of stream.
    package static func identifier(_ kind: (some Event).Type) -> JSONShape { .identifier(kind.prefix) }
}

extension Meter: ShapedValue {}
extension LimitSource: ShapedValue {}
extension ServiceScope: ShapedValue {}
extension TokenScope: ShapedValue {}
