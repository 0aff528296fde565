package import NIOCore

/// Writes values as JSON straight into the buffer that is sent: keys in the order in which a type encodes them, nil as `null`
/// (Foundation's encoder leaves nil out and keeps no order).
package enum JSONWriter {
    package static func write(_ value: some Encodable, capacity: Int = 512) -> ByteBuffer {
        let sink = JSONSink(capacity: capacity)
        do { try JSONValueWriter(sink: sink, codingPath: []).write(value) } catch {
            preconditionFailure("an answer cannot be encoded: \(error)")
        }
        sink.unwind(to: 0)
        return sink.buffer
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

/// The buffer and the objects and arrays that are open in it. A container has no end of its own in Swift's coding: it ends when
/// something is written into one that encloses it.
final class JSONSink {
    private(set) var buffer: ByteBuffer
    private var open: [(end: UInt8, isEmpty: Bool)] = []

    init(capacity: Int) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    var depth: Int { open.count }

    func begin(_ start: UInt8, _ end: UInt8) -> Int {
        buffer.writeInteger(start)
        open.append((end, true))
        return open.count
    }

    func unwind(to depth: Int) {
        while open.count > depth { buffer.writeInteger(open.removeLast().end) }
    }

    /// Before an element of the container at `depth`.
    func element(at depth: Int) {
        unwind(to: depth)
        if !open[depth - 1].isEmpty { buffer.writeInteger(UInt8(ascii: ",")) }
        open[depth - 1].isEmpty = false
    }

    func key(_ key: String, at depth: Int) {
        element(at: depth)
        string(key)
        buffer.writeInteger(UInt8(ascii: ":"))
    }

    func raw(_ text: String) { buffer.writeString(text) }

    func raw(_ bytes: [UInt8]) { buffer.writeBytes(bytes) }

    func string(_ text: String) {
        var text = text
        buffer.writeInteger(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                buffer.writeBytes(UnsafeBufferPointer(rebasing: bytes[start..<index]))
                escape(byte)
                start = index + 1
            }
            buffer.writeBytes(UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString(#"\""#)
        case UInt8(ascii: "\\"): buffer.writeStaticString(#"\\"#)
        case UInt8(ascii: "\n"): buffer.writeStaticString(#"\n"#)
        case UInt8(ascii: "\r"): buffer.writeStaticString(#"\r"#)
        case UInt8(ascii: "\t"): buffer.writeStaticString(#"\t"#)
        default:
            let digits = Array("0123456789abcdef".utf8)
            buffer.writeStaticString(#"\u00"#)
            buffer.writeInteger(digits[Int(byte >> 4)])
            buffer.writeInteger(digits[Int(byte & 15)])
        }
    }
}
