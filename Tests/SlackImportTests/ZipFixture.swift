import Foundation

/// Archives for tests, written without compression: deleted with the value that made them.
final class ZipFixture {
    let path = FileManager.default.temporaryDirectory.appending(path: "slack-\(UUID().uuidString).zip").path

    /// - Parameter entries: names and contents, in their order.
    init(_ entries: KeyValuePairs<String, String>) throws {
        var data = Data()
        var directory = Data()
        for (name, text) in entries {
            let (name, bytes) = (Array(name.utf8), Array(text.utf8))
            let offset = data.count
            // Version 2.0, UTF-8 names, stored, midnight of 1980-01-01.
            var fields = Data()
            for field: UInt16 in [20, 0x800, 0, 0, 0x21] { fields.append(little: field) }
            for field: UInt32 in [Self.crc32(bytes), UInt32(bytes.count), UInt32(bytes.count)] {
                fields.append(little: field)
            }
            fields.append(little: UInt16(name.count))
            fields.append(little: UInt16(0))

            data.append(little: UInt32(0x0403_4B50))
            data.append(fields)
            data.append(contentsOf: name + bytes)

            directory.append(little: UInt32(0x0201_4B50))
            directory.append(little: UInt16(20))
            directory.append(fields)
            for field: UInt16 in [0, 0, 0] { directory.append(little: field) }
            directory.append(little: UInt32(0))
            directory.append(little: UInt32(offset))
            directory.append(contentsOf: name)
        }
        let start = data.count
        data.append(directory)
        data.append(little: UInt32(0x0605_4B50))
        for field: UInt16 in [0, 0, UInt16(entries.count), UInt16(entries.count)] { data.append(little: field) }
        data.append(little: UInt32(directory.count))
        data.append(little: UInt32(start))
        data.append(little: UInt16(0))
        try data.write(to: URL(filePath: path))
    }

    deinit {
        // What is left in the temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~crc
    }
}

extension Data {
    fileprivate mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
