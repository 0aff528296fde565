/// What a JSON value may look like. Request bodies are held against it, and the contract of a surface is written from it.
package indirect enum JSONShape: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let shape: JSONShape
        package let required: Bool

        package init(name: String, shape: JSONShape, required: Bool) {
            self.name = name
            self.shape = shape
            self.required = required
        }

        package init(_ name: String, _ shape: JSONShape) { self.init(name: name, shape: shape, required: true) }
    }

    case object([Field])
    case array(JSONShape)
    case text
    case integer
    case number
    case boolean
    /// Any value at all, null included.
    case anything
    /// One of these texts.
    case choice([String])
    /// A text of a form of its own, described for people.
    case form(String)
    /// The value, or null.
    case nullable(JSONShape)
    /// Looks like at least one of these.
    case either([JSONShape])
    /// An object whose text under `key` says which of these it is.
    case tagged(key: String, [Tagged])
    /// A shape that goes by a name.
    case named(String, JSONShape)
    /// A shape of which more is known than its kind.
    case noted(JSONShape, Note)

    package struct Tagged: Sendable, Equatable {
        package let tag: String
        package let shape: JSONShape

        package init(_ tag: String, _ shape: JSONShape) {
            self.tag = tag
            self.shape = shape
        }
    }

    /// What a request of this type may look like: a field that may be missing may be null too.
    package static func request(_ type: (some Decodable).Type) -> JSONShape {
        ShapeRecording.record(type).mappingFields { field in
            field.required ? field : Field(name: field.name, shape: .nullable(field.shape), required: false)
        }
    }

    /// What an answer of this type looks like: a field without a value is written as null.
    package static func answer(_ type: (some Codable).Type) -> JSONShape {
        ShapeRecording.record(type).mappingFields { field in
            field.required ? field : Field(field.name, .nullable(field.shape))
        }
    }

    /// The kind of value alone, without names and notes: what a body is read against.
    package static func bare(_ type: (some Decodable).Type) -> JSONShape { ShapeRecording.record(type).bare }
}

// MARK: Looking at shapes

extension JSONShape {
    /// Of an object, through names and notes; nil for any other shape.
    package var fields: [Field]? {
        switch self {
        case .object(let fields): fields
        case .named(_, let shape), .noted(let shape, _): shape.fields
        default: nil
        }
    }

    /// What a value must be, to end the sentence "must be …".
    var expectation: String {
        switch self {
        case .object, .tagged: "an object"
        case .array: "an array"
        case .text: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .anything: "a value"
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        case .form(let form): form
        case .nullable(let shape), .named(_, let shape), .noted(let shape, _): shape.expectation
        case .either(let shapes): shapes.map(\.expectation).joined(separator: " or ")
        }
    }

    /// The shape of the value that a coding path leads to.
    func at(_ path: some Sequence<any CodingKey>) -> JSONShape? {
        var shape: JSONShape? = self
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

// MARK: Making shapes of shapes

extension JSONShape {
    /// The same object, or each of the same objects, under another name and with more fields.
    package func adding(_ fields: [Field], named rename: (String) -> String) -> JSONShape {
        switch self {
        case .object(let own): .object(own + fields)
        case .either(let shapes): .either(shapes.map { $0.adding(fields, named: rename) })
        case .named(let name, let shape): .named(rename(name), shape.adding(fields, named: rename))
        case .noted(let shape, let note): .noted(shape.adding(fields, named: rename), note)
        default: preconditionFailure("\(self) has no fields")
        }
    }

    private func mappingFields(_ change: (Field) -> Field) -> JSONShape {
        switch self {
        case .object(let fields):
            .object(
                fields.map { field in
                    change(
                        Field(name: field.name, shape: field.shape.mappingFields(change), required: field.required)
                    )
                }
            )
        case .array(let element): .array(element.mappingFields(change))
        case .nullable(let shape): .nullable(shape.mappingFields(change))
        case .either(let shapes): .either(shapes.map { $0.mappingFields(change) })
        case .named(let name, let shape): .named(name, shape.mappingFields(change))
        case .noted(let shape, let note): .noted(shape.mappingFields(change), note)
        case .text, .integer, .number, .boolean, .anything, .choice, .form, .tagged: self
        }
    }

    private var bare: JSONShape {
        switch self {
        case .object(let fields):
            .object(fields.map { Field(name: $0.name, shape: $0.shape.bare, required: $0.required) })
        case .array(let element): .array(element.bare)
        case .nullable(let shape), .named(_, let shape), .noted(let shape, _): shape.bare
        case .text, .integer, .number, .boolean, .anything, .choice, .form, .either, .tagged: self
        }
    }
}
