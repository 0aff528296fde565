/// Reads JSON strictly (RFC 8259 in UTF-8). Of two members of one name every parser believes another one, so there is none.
struct JSONParser {
    /// What is wrong with a text. Holds nothing of it.
    struct Fault: Error {
        let reason: String
    }

    private static let depthLimit = 32

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    static func object(_ bytes: [UInt8]) throws(Fault) -> [String: JSONValue] {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Fault(reason: "it is not UTF-8") }
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value()
        parser.skipSpace()
        guard parser.index == bytes.count else { throw Fault(reason: "there is more after its end") }
        guard let object = value.object else { throw Fault(reason: "it is no JSON object") }
        return object
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func value() throws(Fault) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try members())
        case UInt8(ascii: "["): return .array(try elements())
        case UInt8(ascii: "\""): return .string(try text())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let word = word.withUTF8Buffer { Array($0) }
        guard bytes[index...].starts(with: word) else { throw Fault(reason: "it is not JSON") }
        index += word.count
        return value
    }

    private mutating func members() throws(Fault) -> [String: JSONValue] {
        try enter()
        var members: [String: JSONValue] = [:]
        if !take("}") {
            repeat {
                skipSpace()
                guard peek == UInt8(ascii: "\"") else { throw Fault(reason: "a member of it has no name") }
                let name = try text()
                skipSpace()
                guard take(":") else { throw Fault(reason: "a member of it has no value") }
                guard members.updateValue(try value(), forKey: name) == nil else {
                    throw Fault(reason: "it names a member twice")
                }
                skipSpace()
            } while take(",")
            guard take("}") else { throw Fault(reason: "an object in it has no end") }
        }
        depth -= 1
        return members
    }

    private mutating func elements() throws(Fault) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        if !take("]") {
            repeat {
                elements.append(try value())
                skipSpace()
            } while take(",")
            guard take("]") else { throw Fault(reason: "an array in it has no end") }
        }
        depth -= 1
        return elements
    }

    /// Steps over the bracket and the space behind it.
    private mutating func enter() throws(Fault) {
        index += 1
        depth += 1
        guard depth <= Self.depthLimit else { throw Fault(reason: "it is nested too deeply") }
        skipSpace()
    }
}

extension JSONParser {
    private mutating func number() throws(Fault) -> Double {
        let start = index
        _ = take("-")
        // No further digit follows a leading zero.
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)), value.isFinite else {
            throw Fault(reason: "a number in it is out of range")
        }
        return value
    }

    private mutating func digits() throws(Fault) {
        let start = index
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw Fault(reason: "it is not JSON") }
    }

    private mutating func text() throws(Fault) -> String {
        index += 1
        var content: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            // The whole is UTF-8, and so is what lies between two ASCII bytes.
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): content.append(contentsOf: try escaped())
            case 0..<0x20: throw Fault(reason: "a string in it has a control character")
            default: content.append(byte)
            }
        }
        throw Fault(reason: "a string in it has no end")
    }

    private mutating func escaped() throws(Fault) -> [UInt8] {
        guard let byte = peek else { throw Fault(reason: "a string in it has no end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try unicode())).utf8)
        default: throw Fault(reason: "a string in it has an unknown escape")
        }
    }

    private mutating func unicode() throws(Fault) -> Unicode.Scalar {
        let first = try hex()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take("\\"), take("u") else { throw Fault(reason: "a string in it has half a character") }
        let second = try hex()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(second - 0xDC00))
        else { throw Fault(reason: "a string in it has half a character") }
        return scalar
    }

    private mutating func hex() throws(Fault) -> UInt16 {
        guard index + 4 <= bytes.count else { throw Fault(reason: "a string in it has no end") }
        var value: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Fault(reason: "a string in it has an unknown escape")
            }
            value = value << 4 | UInt16(digit)
        }
        index += 4
        return value
    }
}
