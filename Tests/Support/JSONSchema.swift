internal import Events
internal import Foundation

/// JSON Schema as far as contracts use it. Objects are closed: a member that the schema does not name is a fault, and so is a
/// keyword that is not understood here, so that nothing passes unseen.
package struct JSONSchema {
    private static let understood: Set<String> = [
        "$ref", "type", "enum", "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
        "minLength", "maxLength", "minimum", "maximum", "pattern", "format", "anyOf", "oneOf", "discriminator",
        "description",
    ]

    /// Where references lead.
    package let document: JSON

    package init(document: JSON) { self.document = document }

    /// What is wrong with a value, each with its place.
    package func faults(in value: JSON, by schema: JSON, at place: String = "") -> [String] {
        var faults = schema.names.subtracting(Self.understood).map { "\(place): the keyword \($0) is not understood" }
        if let reference = schema["$ref"].text {
            faults += self.faults(in: value, by: resolved(reference), at: place)
        }
        faults += ofType(value, schema, place) + ofAlternatives(value, schema, place)
        switch value {
        case .object(let members): faults += ofObject(members, schema, place)
        case .array(let elements): faults += ofArray(elements, schema, place)
        case .string(let text): faults += ofText(text, schema, place)
        case .int(let number): faults += ofNumber(number, schema, place)
        case .null, .bool, .double: break
        }
        return faults
    }

    /// What `#/components/…` names; null if there is no such thing.
    func resolved(_ reference: String) -> JSON {
        guard reference.hasPrefix("#/") else { return .null }
        return reference.dropFirst(2).split(separator: "/").reduce(document) { $0[String($1)] }
    }

    private func ofType(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        let types = schema["type"].text.map { [$0] } ?? schema["type"].items.compactMap(\.text)
        let kind =
            switch value {
            case .null: "null"
            case .bool: "boolean"
            case .int: "integer"
            case .double: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        let fits = types.isEmpty || types.contains(kind) || (kind == "integer" && types.contains("number"))
        var faults = fits ? [] : ["\(place): \(kind) where \(types.joined(separator: " or ")) has to be"]
        if case .array(let choices) = schema["enum"], !choices.contains(value) {
            faults.append("\(place): \(value) is none of \(choices)")
        }
        return faults
    }

    private func ofAlternatives(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        if case .array(let schemas) = schema["anyOf"] {
            let each = schemas.map { faults(in: value, by: $0, at: place) }
            return each.contains { $0.isEmpty } ? [] : each.flatMap { $0 }
        }
        guard case .array(let schemas) = schema["oneOf"] else { return [] }
        if let key = schema["discriminator"]["propertyName"].text, let tag = value[key].text {
            guard let reference = schema["discriminator"]["mapping"][tag].text,
                schemas.contains(["$ref": .string(reference)])
            else { return ["\(place): nothing is told by \(tag)"] }
            return faults(in: value, by: resolved(reference), at: place)
        }
        let fitting = schemas.filter { faults(in: value, by: $0, at: place).isEmpty }
        return fitting.count == 1 ? [] : ["\(place): \(fitting.count) alternatives fit instead of one"]
    }

    private func ofObject(_ members: [String: JSON], _ schema: JSON, _ place: String) -> [String] {
        guard schema.has("properties") else { return [] }
        let known = schema["properties"]
        return schema["required"].items.compactMap(\.text).filter { members[$0] == nil }.map {
            "\(place)/\($0): missing"
        }
            + members.flatMap { name, value in
                known.has(name)
                    ? faults(in: value, by: known[name], at: "\(place)/\(name)")
                    : ["\(place)/\(name): not in the schema"]
            }
    }

    private func ofArray(_ elements: [JSON], _ schema: JSON, _ place: String) -> [String] {
        within(Int64(elements.count), schema["minItems"], schema["maxItems"], "elements", place)
            + (schema.has("items")
                ? elements.enumerated().flatMap { faults(in: $1, by: schema["items"], at: "\(place)/\($0)") } : [])
    }

    private func ofText(_ text: String, _ schema: JSON, _ place: String) -> [String] {
        let length = Int64(text.unicodeScalars.count)
        var faults = within(length, schema["minLength"], schema["maxLength"], "characters", place)
        if let pattern = schema["pattern"].text, text.range(of: pattern, options: .regularExpression) == nil {
            faults.append("\(place): \(text) does not match \(pattern)")
        }
        if schema["format"].text == "date-time", Timestamp(text) == nil {
            faults.append("\(place): \(text) is no time")
        }
        return faults
    }

    private func ofNumber(_ number: Int64, _ schema: JSON, _ place: String) -> [String] {
        within(number, schema["minimum"], schema["maximum"], "", place)
    }

    private func within(_ value: Int64, _ least: JSON, _ most: JSON, _ what: String, _ place: String) -> [String] {
        let fits = value >= least.int ?? .min && value <= most.int ?? .max
        return fits ? [] : ["\(place): \(value) \(what) are not within \(least) and \(most)"]
    }
}
