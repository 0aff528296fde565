/// Writes shapes as JSON Schema, and keeps those that have names as components.
struct ComponentSchemas {
    /// Which way values go: a request must hold nothing that is not known, an answer may hold more some day.
    enum Direction { case request, answer }

    private var named: [(name: String, schema: JSONNode, direction: Direction)] = []

    var components: JSONNode { JSONNode(members: named.map { ($0.name, $0.schema) }) }

    mutating func schema(of shape: JSONShape, _ direction: Direction) -> JSONNode {
        switch shape {
        case .object(let fields): object(fields, direction)
        case .array(let element): ["type": "array", "items": schema(of: element, direction)]
        case .text: ["type": "string"]
        case .integer: integer(direction)
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .anything: [:]
        case .choice(let choices): ["type": "string", "enum": .array(choices.map { .text($0) })]
        case .form(let form): ["type": "string", "description": .text(form.prefix(1).uppercased() + form.dropFirst())]
        case .nullable(let shape): Self.nullable(schema(of: shape, direction))
        case .either(let shapes): ["anyOf": .array(shapes.map { schema(of: $0, direction) })]
        case .tagged(let key, let shapes): tagged(key, shapes, direction)
        case .named(let name, let shape): reference(name, schema(of: shape, direction), direction)
        case .noted(let shape, let note): Self.noted(schema(of: shape, direction), note)
        }
    }

    /// A type that goes both ways and looks different on each has another name on the way that comes second.
    private mutating func reference(_ name: String, _ schema: JSONNode, _ direction: Direction) -> JSONNode {
        if let known = named.first(where: { $0.name == name }) {
            if known.schema != schema, known.direction != direction {
                return reference(name + (direction == .request ? "Request" : "Answer"), schema, direction)
            }
            precondition(known.schema == schema, "two types of one surface are called \(name); give one another name")
        } else {
            named.append((name, schema, direction))
        }
        return ["$ref": "#/components/schemas/\(name)"]
    }

    private mutating func object(_ fields: [JSONShape.Field], _ direction: Direction) -> JSONNode {
        var node: JSONNode = [
            "type": "object",
            "properties": JSONNode(members: fields.map { ($0.name, schema(of: $0.shape, direction)) }),
        ]
        let required = fields.filter(\.required).map { JSONNode.text($0.name) }
        if !required.isEmpty { node["required"] = .array(required) }
        if direction == .request { node["additionalProperties"] = false }
        return node
    }

    /// What is read must fit into 64 bits.
    private func integer(_ direction: Direction) -> JSONNode {
        var node: JSONNode = ["type": "integer", "format": "int64"]
        if direction == .request {
            node["minimum"] = .integer(.min)
            node["maximum"] = .integer(.max)
        }
        return node
    }

    private mutating func tagged(_ key: String, _ shapes: [JSONShape.Tagged], _ direction: Direction) -> JSONNode {
        let references = shapes.map { ($0.tag, schema(of: $0.shape, direction)) }
        let mapping = references.map { tag, node in
            guard let reference = node["$ref"] else { preconditionFailure("what is told by a tag has a name") }
            return (tag, reference)
        }
        return [
            "oneOf": .array(references.map(\.1)),
            "discriminator": ["propertyName": .text(key), "mapping": JSONNode(members: mapping)],
        ]
    }

    private static func nullable(_ schema: JSONNode) -> JSONNode {
        guard let type = schema["type"] else { return ["anyOf": [schema, ["type": "null"]]] }
        var schema = schema
        schema["type"] = [type, "null"]
        if case .array(let choices) = schema["enum"] { schema["enum"] = .array(choices + [.null]) }
        return schema
    }

    private static func noted(_ schema: JSONNode, _ note: JSONShape.Note) -> JSONNode {
        var schema = schema
        if let bounds = note.bounds {
            let (least, most) =
                switch schema["type"] {
                case "integer": ("minimum", "maximum")
                case "array": ("minItems", "maxItems")
                default: ("minLength", "maxLength")
                }
            schema[least] = .integer(bounds.lowerBound)
            schema[most] = .integer(bounds.upperBound)
        }
        if let pattern = note.pattern { schema["pattern"] = .text(pattern) }
        if let format = note.format { schema["format"] = .text(format) }
        if let text = note.text { schema["description"] = .text(text) }
        return schema
    }
}
