/// A JSON text (RFC 8259) that has been read once, front to back: where its values lie. Nothing is made of them until somebody asks.
///
/// The values lie one after the other in the order of the text, each object and array before what it holds, each field's name
/// before its value:
///
///     {"a": [1, 2]}       0: object, 1: "a", 2: array, 3: 1, 4: 2
package struct JSONDocument: Sendable {
    package enum Kind: Sendable {
        case object, array, text, number, boolean, null
    }

    /// 16 bytes: there may be one for every two of the text.
    struct Value {
        let kind: Kind
        var isEscaped = false
        var holdsNUL = false
        private let start: UInt32
        private var end: UInt32
        private var following: UInt32

        init(_ kind: Kind, _ bytes: Range<Int>, next: Int) {
            self.kind = kind
            start = UInt32(bytes.lowerBound)
            end = UInt32(bytes.upperBound)
            following = UInt32(next)
        }

        /// In the text; without the quotes.
        var bytes: Range<Int> { Int(start)..<Int(end) }
        /// The value after this one and all that it holds.
        var next: Int { Int(following) }

        mutating func close(at end: Int, next: Int) {
            self.end = UInt32(end)
            following = UInt32(next)
        }
    }

    /// Why bytes are not JSON.
    package enum Fault: Error, CustomStringConvertible {
        case notUTF8
        case tooDeep(limit: Int)
        case malformed(String)

        package var description: String {
            switch self {
            case .notUTF8: "it is not UTF-8"
            case .tooDeep(let limit): "it nests more than \(limit) levels"
            case .malformed(let reason): reason
            }
        }
    }

    /// The place of the outermost value.
    package static let root = 0

    let bytes: [UInt8]
    let values: [Value]

    /// - Parameter depthLimit: how many objects and arrays may lie within each other.
    package init(_ bytes: [UInt8], depthLimit: Int = 128) throws(Fault) {
        guard bytes.count < Int(UInt32.max) else { throw .malformed("it has four gigabytes or more") }
        do { _ = try UTF8Span(validating: bytes.span) } catch { throw .notUTF8 }
        self.bytes = bytes
        values = try bytes.withUnsafeBufferPointer { bytes throws(Fault) in
            try JSONScanner.values(of: bytes, depthLimit: depthLimit)
        }
    }

    package func kind(at place: Int) -> Kind { values[place].kind }

    /// Bytes of a text as it is spelled, escapes and all.
    package func spelledLength(at place: Int) -> Int { values[place].bytes.count }

    /// Whether a text holds U+0000, which JSON can spell.
    package func holdsNUL(at place: Int) -> Bool { values[place].holdsNUL }

    /// What a text says.
    package func text(at place: Int) -> String {
        let value = values[place]
        return bytes.withUnsafeBufferPointer { bytes in
            let spelled = UnsafeBufferPointer(rebasing: bytes[value.bytes])
            return value.isEscaped
                ? String(decoding: JSONScanner.unescape(spelled), as: UTF8.self)
                : String(decoding: spelled, as: UTF8.self)
        }
    }

    /// Whether a number is a whole one that 64 bits hold. Also `3.0` and `3e2`, which are integers to JSON Schema, as far as a
    /// double holds each.
    package func isInteger(at place: Int) -> Bool { integer(at: place, as: Int64.self) != nil }

    /// The places of what an array holds.
    package func elements(at place: Int) -> Places { Places(document: self, place: place + 1, end: values[place].next) }

    /// The places of an object's fields, that is of their names; the value of each comes right after its name.
    package func fields(at place: Int) -> Places {
        Places(document: self, place: place + 1, end: values[place].next, step: 1)
    }

    package struct Places: Sequence, IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var place: Int
        fileprivate let end: Int
        /// From the place that is told to the value whose end comes before the next one.
        fileprivate var step = 0

        package mutating func next() -> Int? {
            guard place < end else { return nil }
            defer { place = document.values[place + step].next }
            return place
        }
    }
}

extension JSONDocument {
    /// The place of a field's value; the first, should its name come twice.
    func value(of name: String, at object: Int) -> Int? {
        fields(at: object).first { isText(name, at: $0) }.map { $0 + 1 }
    }

    private func isText(_ text: String, at place: Int) -> Bool {
        let value = values[place]
        guard !value.isEscaped else { return self.text(at: place).utf8.elementsEqual(text.utf8) }
        guard value.bytes.count == text.utf8.count else { return false }
        var text = text
        return text.withUTF8 { text in
            bytes.withUnsafeBufferPointer { bytes in bytes[value.bytes].elementsEqual(text) }
        }
    }

    /// Nil for what is no number, or none that this type holds.
    func integer<N: FixedWidthInteger>(at place: Int, as type: N.Type) -> N? {
        guard values[place].kind == .number else { return nil }
        let spelled = spelling(at: place)
        if let number = N(spelled) { return number }
        guard let number = Double(spelled), number.magnitude < 0x1p53 else { return nil }
        return N(exactly: number)
    }

    /// Nil for what is no number, or none that a double comes near to.
    func double(at place: Int) -> Double? {
        guard values[place].kind == .number, let number = Double(spelling(at: place)), number.isFinite else {
            return nil
        }
        return number
    }

    func boolean(at place: Int) -> Bool? {
        let value = values[place]
        return value.kind == .boolean ? bytes[value.bytes.lowerBound] == UInt8(ascii: "t") : nil
    }

    private func spelling(at place: Int) -> String {
        bytes.withUnsafeBufferPointer { bytes in
            String(decoding: UnsafeBufferPointer(rebasing: bytes[values[place].bytes]), as: UTF8.self)
        }
    }

    /// How one comes to a value from the outermost one.
    func path(to place: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var enclosing = Self.root
        while enclosing != place {
            if values[enclosing].kind == .object,
                let field = fields(at: enclosing).first(where: { place < values[$0 + 1].next })
            {
                path.append(JSONKey(stringValue: text(at: field)))
                enclosing = field + 1
            } else if let (index, element) = elements(at: enclosing).enumerated().first(where: {
                place < values[$1].next
            }) {
                path.append(JSONKey(intValue: index))
                enclosing = element
            } else {
                preconditionFailure("\(place) is no place of a value")
            }
        }
        return path
    }
}

/// A field's name or an element's index.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}
