/// Base64 for URLs without padding (RFC 4648 5).
package enum Base64URL {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// What a digit stands for; 0xFF for a byte that is no digit.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { text in
            digits.withUnsafeBufferPointer { digits in
                var (count, bits, held) = (0, 0, 0)
                for byte in bytes {
                    (bits, held) = (bits << 8 | Int(byte), held + 8)
                    while held >= 6 {
                        held -= 6
                        text[count] = digits[bits >> held & 63]
                        count += 1
                    }
                    bits &= 63
                }
                guard held > 0 else { return count }
                text[count] = digits[bits << (6 - held) & 63]
                return count + 1
            }
        }
    }

    /// Nil for anything but what `encode` gives, so that one value has one spelling.
    package static func decode(_ text: String) -> [UInt8]? {
        let length = text.utf8.count
        guard length % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length * 3 / 4)
        var (bits, held) = (0, 0)
        for digit in text.utf8 {
            let value = values[Int(digit)]
            guard value != 0xFF else { return nil }
            (bits, held) = (bits << 6 | Int(value), held + 6)
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> held))
            bits &= 1 << held - 1
        }
        // Bits that are left over are zero in the one spelling.
        return bits == 0 ? bytes : nil
    }
}
