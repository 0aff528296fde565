internal import Foundation
internal import HTTPTypes

/// Reads JSON (RFC 8259) once, front to back, without making anything of it, and says what is wrong with it: bad UTF-8, bad
/// grammar, U+0000, fields that the shape does not have or that come twice, nesting beyond 32 levels.
struct JSONScanner {
    private static let depthLimit = 32
    private static let faultLimit = 20
    /// Bytes of a field's name as it is spelled. No field has a longer one.
    private static let nameLimit = 256

    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    private var depth = 0
    private var path: [String] = []
    private var unknown: [Problem.Fault] = []

    static func check(_ bytes: UnsafeRawBufferPointer, against shape: JSONShape) throws(Problem) {
        var scanner = JSONScanner(bytes: bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .badRequest("utf8.malformed", "the body is not UTF-8")
        }
        scanner.skipSpace()
        try scanner.value(shape)
        scanner.skipSpace()
        guard scanner.index == bytes.count else { throw scanner.malformed("there is more after the end") }
        guard scanner.unknown.isEmpty else {
            throw .badRequest(
                "json.unknown_field",
                "the body has fields that this route does not know",
                errors: scanner.unknown
            )
        }
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    // MARK: Values

    private mutating func value(_ shape: JSONShape?) throws(Problem) {
        switch peek {
        case UInt8(ascii: "{"): try nested { scanner throws(Problem) in try scanner.object(shape) }
        case UInt8(ascii: "["): try nested { scanner throws(Problem) in try scanner.array(shape) }
        case UInt8(ascii: "\""):
            let length = try string().range.count - 2
            guard length <= lengthLimit(of: shape) else { throw .wrongType(JSONPointer.of(path), shape) }
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case nil: throw malformed("it ends where a value has to be")
        case let byte?:
            guard byte == UInt8(ascii: "-") || Self.isDigit(byte) else {
                throw malformed("there is no value at byte \(index)")
            }
            try number(shape)
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

    private mutating func nested(_ read: (inout JSONScanner) throws(Problem) -> Void) throws(Problem) {
        guard depth < Self.depthLimit else {
            throw .badRequest("json.too_deep", "the body nests more than \(Self.depthLimit) levels")
        }
        depth += 1
        index += 1
        skipSpace()
        try read(&self)
        depth -= 1
    }

    private mutating func object(_ shape: JSONShape?) throws(Problem) {
        let fields: [JSONShape.Field]? = if case .object(let fields) = shape { fields } else { nil }
        var seen: Set<[UInt8]> = []
        if take("}") { return }
        while true {
            guard peek == UInt8(ascii: "\"") else { throw malformed("there is no field name at byte \(index)") }
            let name = try name()
            path.append(name)
            guard seen.insert(Array(name.utf8)).inserted else {
                throw .badRequest(
                    "json.duplicate_field",
                    "a field comes twice",
                    errors: [.init(JSONPointer.of(path), "comes twice")]
                )
            }
            let field = fields?.first { $0.name.utf8.elementsEqual(name.utf8) }
            // A value where no object belongs is told by its type, not by its fields.
            if fields != nil, field == nil, unknown.count < Self.faultLimit {
                unknown.append(.init(JSONPointer.of(path), "is not known here"))
            }
            skipSpace()
            guard take(":") else { throw malformed("a colon is missing at byte \(index)") }
            skipSpace()
            try value(field?.shape)
            path.removeLast()
            skipSpace()
            if take("}") { return }
            guard take(",") else { throw malformed("a comma is missing at byte \(index)") }
            skipSpace()
        }
    }

    private mutating func array(_ shape: JSONShape?) throws(Problem) {
        let element: JSONShape? = if case .array(let element) = shape { element } else { nil }
        if take("]") { return }
        var count = 0
        while true {
            path.append(String(count))
            try value(element)
            path.removeLast()
            count += 1
            skipSpace()
            if take("]") { return }
            guard take(",") else { throw malformed("a comma is missing at byte \(index)") }
            skipSpace()
        }
    }

    // MARK: Leaves

    /// Reads a string. Its quotes are within the range.
    private mutating func string() throws(Problem) -> (range: Range<Int>, escaped: Bool) {
        let start = index
        var escaped = false
        index += 1
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw malformed("a control character stands in the string at byte \(index)") }
            index += 1
            guard byte == UInt8(ascii: "\\") else { continue }
            escaped = true
            try escape()
        }
        guard take("\"") else { throw malformed("a string does not end") }
        return (start..<index, escaped)
    }

    private mutating func name() throws(Problem) -> String {
        let (range, escaped) = try string()
        guard range.count - 2 <= Self.nameLimit else {
            let fault = Problem.Fault(
                JSONPointer.of(path),
                "has a field with a name of more than \(Self.nameLimit) bytes"
            )
            throw .badRequest(
                "json.unknown_field",
                "the body has fields that this route does not know",
                errors: [fault]
            )
        }
        guard escaped else { return String(decoding: bytes[range].dropFirst().dropLast(), as: UTF8.self) }
        do { return try JSONDecoder().decode(String.self, from: Data(bytes[range])) } catch {
            throw malformed("the field name at byte \(range.lowerBound) cannot be read")
        }
    }

    private mutating func escape() throws(Problem) {
        guard let kind = peek else { throw malformed("a string does not end") }
        index += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            switch unit {
            case 0:
                let fault = Problem.Fault(JSONPointer.of(path), "holds U+0000")
                throw Problem(
                    .unprocessableContent,
                    "text.nul",
                    "a text holds U+0000, which cannot be stored",
                    errors: [fault]
                )
            case 0xD800...0xDBFF:
                guard take("\\"), take("u"), (0xDC00...0xDFFF).contains(try codeUnit()) else {
                    throw malformed("half a surrogate pair")
                }
            case 0xDC00...0xDFFF: throw malformed("half a surrogate pair")
            default: return
            }
        default: throw malformed("there is no such escape at byte \(index - 1)")
        }
    }

    private mutating func codeUnit() throws(Problem) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw malformed("four hexadecimal digits are missing at byte \(index)")
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }

    private mutating func number(_ shape: JSONShape?) throws(Problem) {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        // Foundation's decoder does not say where the number stands that does not fit.
        guard shape == .integer, !Self.isInteger(String(decoding: bytes[start..<index], as: UTF8.self)) else { return }
        throw .wrongType(JSONPointer.of(path), .integer)
    }

    /// Also `3.0` and `3e2`, which are integers to JSON Schema, as far as a double holds each.
    private static func isInteger(_ text: String) -> Bool {
        if Int64(text) != nil { return true }
        guard let number = Double(text) else { return false }
        return number.magnitude < 0x1p53 && number == number.rounded()
    }

    private mutating func digits() throws(Problem) {
        let start = index
        while let byte = peek, Self.isDigit(byte) { index += 1 }
        guard index > start else { throw malformed("a digit is missing at byte \(index)") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func literal(_ text: StaticString) throws(Problem) {
        for offset in 0..<text.utf8CodeUnitCount {
            guard peek == text.utf8Start[offset] else { throw malformed("there is no value at byte \(index)") }
            index += 1
        }
    }

    // MARK: Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func malformed(_ reason: String) -> Problem {
        .badRequest("json.malformed", "the body is not JSON: \(reason)")
    }
}
