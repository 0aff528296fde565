/// Writes values as JSON straight into the bytes that are stored or sent, keys in the order in which a type encodes them. Of two
/// encoders this is the one whose bytes are the same each time, and a third of Foundation's price.
package enum JSONWriter {
    /// What becomes of a field without a value.
    package enum Nils: Sendable {
        /// It is `null`, so that an answer always has the same fields.
        case written
        /// It is left out, so that the log holds no more than is said.
        case leftOut
    }

    /// - Parameter userInfo: what the value's `encode(to:)` looks up.
    /// - Throws: what `encode(to:)` throws, and `EncodingError` for a number that is not finite.
    package static func bytes(
        of value: some Encodable,
        nils: Nils = .written,
        capacity: Int = 512,
        userInfo: [CodingUserInfoKey: Any] = [:]
    ) throws -> [UInt8] {
        let sink = JSONSink(capacity: capacity, nils: nils, userInfo: userInfo)
        try JSONValueWriter(sink: sink).write(value)
        sink.unwind(to: 0)
        return sink.bytes
    }
}

/// A value that is JSON already, such as what an event says. Only `JSONWriter` can write it.
package struct RawJSON: Encodable, Sendable {
    let bytes: [UInt8]

    /// - Parameter bytes: one JSON value, well formed.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func encode(to encoder: any Encoder) throws {
        guard let writer = encoder as? JSONValueWriter else {
            throw EncodingError.invalidValue(
                self,
                .init(codingPath: encoder.codingPath, debugDescription: "only JSONWriter takes JSON as it is")
            )
        }
        writer.sink.raw(bytes)
    }
}

/// The bytes so far, and the objects and arrays that are open in them. A container has no end of its own in Swift's coding: it ends
/// when something is written into one that encloses it.
final class JSONSink {
    let nils: JSONWriter.Nils
    let userInfo: [CodingUserInfoKey: Any]
    private(set) var bytes: [UInt8] = []
    private var open: [(end: UInt8, isEmpty: Bool)] = []

    init(capacity: Int, nils: JSONWriter.Nils, userInfo: [CodingUserInfoKey: Any]) {
        self.nils = nils
        self.userInfo = userInfo
        bytes.reserveCapacity(capacity)
    }

    var depth: Int { open.count }

    func begin(_ start: UInt8, _ end: UInt8) -> Int {
        bytes.append(start)
        open.append((end, true))
        return open.count
    }

    func unwind(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().end) }
    }

    /// Before an element of the container at `depth`.
    func element(at depth: Int) {
        unwind(to: depth)
        if !open[depth - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].isEmpty = false
    }

    func key(_ key: String, at depth: Int) {
        element(at: depth)
        string(key)
        bytes.append(UInt8(ascii: ":"))
    }

    func raw(_ text: String) { bytes += text.utf8 }

    func raw(_ json: [UInt8]) { bytes += json }

    func integer(_ number: some FixedWidthInteger) { bytes += String(number).utf8 }

    func bool(_ value: Bool) { raw(value ? "true" : "false") }

    func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes += utf8[start..<index]
                escape(byte)
                start = index + 1
            }
            bytes += utf8[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw(#"\""#)
        case UInt8(ascii: "\\"): raw(#"\\"#)
        case UInt8(ascii: "\n"): raw(#"\n"#)
        case UInt8(ascii: "\r"): raw(#"\r"#)
        case UInt8(ascii: "\t"): raw(#"\t"#)
        default: raw(#"\u00"# + (byte < 16 ? "0" : "") + String(byte, radix: 16))
        }
    }
}
