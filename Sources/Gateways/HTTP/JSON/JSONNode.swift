/// A JSON document put together by hand; its objects keep their order.
///
///     let schema: JSONNode = ["type": "object", "required": ["id"]]
package indirect enum JSONNode: Encodable, Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case array([JSONNode])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSONNode
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .boolean(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .text(let value): try value.encode(to: encoder)
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for member in members { try container.encode(member.value, forKey: Name(stringValue: member.name)) }
        }
    }

    /// The member of this name; setting one that is there replaces it where it stands, nil leaves all as it is.
    package subscript(_ name: String) -> JSONNode? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }
        set {
            guard case .object(var members) = self else { preconditionFailure("\(self) has no members") }
            guard let newValue else { return }
            let member = Member(name: name, value: newValue)
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index] = member
            } else {
                members.append(member)
            }
            self = .object(members)
        }
    }
}

extension JSONNode: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(arrayLiteral elements: JSONNode...) { self = .array(elements) }
    package typealias Key = String
    package typealias Value = JSONNode
    package init(dictionaryLiteral elements: (String, JSONNode)...) { self.init(members: elements) }

    package init(members: [(String, JSONNode)]) {
        self = .object(members.map { Member(name: $0.0, value: $0.1) })
    }
}
