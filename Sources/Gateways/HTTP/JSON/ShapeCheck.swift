internal import Events
internal import HTTPTypes

/// Holds a JSON document against a shape and says what is wrong with it: U+0000, fields that the shape does not have or that come
/// twice, texts and numbers that cannot be what belongs there.
struct ShapeCheck {
    private static let faultLimit = 20
    /// Bytes of a field's name as it is spelled. No field has a longer one.
    private static let nameLimit = 256

    private let document: JSONDocument
    private var path: [String] = []
    private var unknown: [Problem.Fault] = []

    static func check(_ document: JSONDocument, against shape: JSONShape) throws(Problem) {
        var check = ShapeCheck(document: document)
        try check.value(at: JSONDocument.root, shape)
        guard check.unknown.isEmpty else { throw .unknownFields(check.unknown) }
    }

    private init(document: JSONDocument) { self.document = document }

    private mutating func value(at place: Int, _ shape: JSONShape?) throws(Problem) {
        switch document.kind(at: place) {
        case .object: try object(at: place, shape)
        case .array: try array(at: place, shape)
        case .text: try text(at: place, shape)
        case .number:
            // A decoder does not say of every number that does not fit where it stands.
            guard shape != .integer || document.isInteger(at: place) else {
                throw .wrongType(JSONPointer.of(path), shape)
            }
        case .boolean, .null: return
        }
    }

    private mutating func object(at place: Int, _ shape: JSONShape?) throws(Problem) {
        let fields: [JSONShape.Field]? = if case .object(let fields) = shape { fields } else { nil }
        var seen: Set<[UInt8]> = []
        for field in document.fields(at: place) {
            guard document.spelledLength(at: field) <= Self.nameLimit else {
                let reason = "has a field with a name of more than \(Self.nameLimit) bytes"
                throw .unknownFields([.init(JSONPointer.of(path), reason)])
            }
            let name = document.text(at: field)
            path.append(name)
            guard !document.holdsNUL(at: field) else { throw .holdsNUL(JSONPointer.of(path)) }
            guard seen.insert(Array(name.utf8)).inserted else {
                throw .badRequest(
                    "json.duplicate_field",
                    "a field comes twice",
                    errors: [.init(JSONPointer.of(path), "comes twice")]
                )
            }
            let known = fields?.first { $0.name.utf8.elementsEqual(name.utf8) }
            // A value where no object belongs is told by its type, not by its fields.
            if fields != nil, known == nil, unknown.count < Self.faultLimit {
                unknown.append(.init(JSONPointer.of(path), "is not known here"))
            }
            try value(at: field + 1, known?.shape)
            path.removeLast()
        }
    }

    private mutating func array(at place: Int, _ shape: JSONShape?) throws(Problem) {
        let element: JSONShape? = if case .array(let element) = shape { element } else { nil }
        for (index, place) in document.elements(at: place).enumerated() {
            path.append(String(index))
            try value(at: place, element)
            path.removeLast()
        }
    }

    private func text(at place: Int, _ shape: JSONShape?) throws(Problem) {
        guard !document.holdsNUL(at: place) else { throw .holdsNUL(JSONPointer.of(path)) }
        guard document.spelledLength(at: place) <= lengthLimit(of: shape) else {
            throw .wrongType(JSONPointer.of(path), shape)
        }
    }

    /// Bytes of a text as it is spelled, escapes and all. What has few forms is compared with them as Unicode has texts equal, in a
    /// time that grows with the square of a run of combining marks.
    private func lengthLimit(of shape: JSONShape?) -> Int {
        switch shape {
        case .choice(let texts): 6 * (texts.map(\.utf8.count).max() ?? 0)
        case .form: 512
        default: .max
        }
    }
}

extension Problem {
    fileprivate static func unknownFields(_ faults: [Fault]) -> Problem {
        .badRequest("json.unknown_field", "the body has fields that this route does not know", errors: faults)
    }

    fileprivate static func holdsNUL(_ pointer: String) -> Problem {
        Problem(
            .unprocessableContent,
            "text.nul",
            "a text holds U+0000, which cannot be stored",
            errors: [Fault(pointer, "holds U+0000")]
        )
    }
}
