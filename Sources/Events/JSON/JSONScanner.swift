/// Finds the values of a JSON text.
struct JSONScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let depthLimit: Int
    private var index = 0
    private var depth = 0
    private var values: [JSONDocument.Value] = []

    static func values(
        of bytes: UnsafeBufferPointer<UInt8>,
        depthLimit: Int
    ) throws(JSONDocument.Fault) -> [JSONDocument.Value] {
        var scanner = JSONScanner(bytes: bytes, depthLimit: depthLimit)
        scanner.values.reserveCapacity(32)
        scanner.skipSpace()
        try scanner.value()
        scanner.skipSpace()
        guard scanner.index == bytes.count else { throw .malformed("there is more after the end") }
        return scanner.values
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    // MARK: Values

    private mutating func value() throws(JSONDocument.Fault) {
        switch peek {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): try text()
        case UInt8(ascii: "t"): try literal("true", .boolean)
        case UInt8(ascii: "f"): try literal("false", .boolean)
        case UInt8(ascii: "n"): try literal("null", .null)
        case nil: throw .malformed("it ends where a value has to be")
        case let byte?:
            guard byte == UInt8(ascii: "-") || Self.isDigit(byte) else {
                throw .malformed("there is no value at byte \(index)")
            }
            try number()
        }
    }

    private mutating func object() throws(JSONDocument.Fault) {
        let place = try open(.object)
        while !take("}") {
            try comma(after: place)
            guard peek == UInt8(ascii: "\"") else { throw .malformed("there is no field name at byte \(index)") }
            try text()
            skipSpace()
            guard take(":") else { throw .malformed("a colon is missing at byte \(index)") }
            skipSpace()
            try value()
            skipSpace()
        }
        close(place)
    }

    private mutating func array() throws(JSONDocument.Fault) {
        let place = try open(.array)
        while !take("]") {
            try comma(after: place)
            try value()
            skipSpace()
        }
        close(place)
    }

    private mutating func open(_ kind: JSONDocument.Kind) throws(JSONDocument.Fault) -> Int {
        guard depth < depthLimit else { throw .tooDeep(limit: depthLimit) }
        depth += 1
        values.append(.init(kind, index..<index, next: 0))
        index += 1
        skipSpace()
        return values.count - 1
    }

    private mutating func close(_ place: Int) {
        depth -= 1
        values[place].close(at: index, next: values.count)
    }

    /// Before each but the first of what a container holds.
    private mutating func comma(after place: Int) throws(JSONDocument.Fault) {
        guard values.count > place + 1 else { return }
        guard take(",") else { throw .malformed("a comma is missing at byte \(index)") }
        skipSpace()
    }

    // MARK: Leaves

    private mutating func leaf(_ kind: JSONDocument.Kind, from start: Int) {
        values.append(.init(kind, start..<index, next: values.count + 1))
    }

    private mutating func text() throws(JSONDocument.Fault) {
        index += 1
        let start = index
        var (isEscaped, holdsNUL) = (false, false)
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw .malformed("a control character stands in the string at byte \(index)") }
            index += 1
            guard byte == UInt8(ascii: "\\") else { continue }
            isEscaped = true
            if try escape() == 0 { holdsNUL = true }
        }
        leaf(.text, from: start)
        values[values.count - 1].isEscaped = isEscaped
        values[values.count - 1].holdsNUL = holdsNUL
        guard take("\"") else { throw .malformed("a string does not end") }
    }

    /// Reads what follows a backslash; the UTF-16 code unit that it names by number, if it does.
    private mutating func escape() throws(JSONDocument.Fault) -> UInt16? {
        guard let kind = peek else { throw .malformed("a string does not end") }
        index += 1
        switch kind {
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            switch unit {
            case 0xD800...0xDBFF:
                guard take("\\"), take("u"), (0xDC00...0xDFFF).contains(try codeUnit()) else {
                    throw .malformed("half a surrogate pair")
                }
            case 0xDC00...0xDFFF: throw .malformed("half a surrogate pair")
            default: break
            }
            return unit
        default:
            guard Self.escaped(kind) != nil else { throw .malformed("there is no such escape at byte \(index - 1)") }
            return nil
        }
    }

    private mutating func codeUnit() throws(JSONDocument.Fault) -> UInt16 {
        guard index + 4 <= bytes.count, let unit = Self.codeUnit(bytes[index..<(index + 4)]) else {
            throw .malformed("four hexadecimal digits are missing at byte \(index)")
        }
        index += 4
        return unit
    }

    private mutating func number() throws(JSONDocument.Fault) {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        leaf(.number, from: start)
    }

    private mutating func digits() throws(JSONDocument.Fault) {
        let start = index
        while let byte = peek, Self.isDigit(byte) { index += 1 }
        guard index > start else { throw .malformed("a digit is missing at byte \(index)") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func literal(_ text: StaticString, _ kind: JSONDocument.Kind) throws(JSONDocument.Fault) {
        let start = index
        for offset in 0..<text.utf8CodeUnitCount {
            guard peek == text.utf8Start[offset] else { throw .malformed("there is no value at byte \(index)") }
            index += 1
        }
        leaf(kind, from: start)
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
}

// MARK: Escapes

extension JSONScanner {
    /// UTF-8 of a text whose escapes have been found to be whole.
    static func unescape(_ spelled: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(spelled.count)
        var index = 0
        while index < spelled.count {
            let byte = spelled[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            let kind = spelled[index]
            index += 1
            if let byte = escaped(kind) {
                text.append(byte)
            } else {
                text += UTF8.encode(scalar(spelled, at: &index)) ?? UTF8.encodedReplacementCharacter
            }
        }
        return text
    }

    /// Behind `\u`: four digits, or those of a surrogate pair.
    private static func scalar(_ spelled: UnsafeBufferPointer<UInt8>, at index: inout Int) -> Unicode.Scalar {
        let unit = UInt32(codeUnit(spelled[index..<(index + 4)]) ?? 0xFFFD)
        index += 4
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let low = UInt32(codeUnit(spelled[(index + 2)..<(index + 6)]) ?? 0xDC00)
        index += 6
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    }

    private static func codeUnit(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt16? {
        var unit: UInt16 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    /// What a backslash and this letter stand for; nil for none, and for `u`.
    private static func escaped(_ kind: UInt8) -> UInt8? {
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): kind
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }
}
