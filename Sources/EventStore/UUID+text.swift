package import Foundation

extension UUID {
    /// 36 lower-case characters (RFC 9562 4). Foundation's `uuidString` goes through `printf`, and every answer and every event
    /// holds several identifiers.
    package var text: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            withUnsafeBytes(of: uuid) { bytes in
                for (index, byte) in bytes.enumerated() {
                    if Self.followsHyphen(index) {
                        buffer[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    buffer[place] = Self.digit(byte >> 4)
                    buffer[place + 1] = Self.digit(byte & 0x0F)
                    place += 2
                }
            }
            return place
        }
    }

    /// Reads what `text` gives, and nothing else, so that one identifier has one spelling.
    package init?(text: String) {
        var text = text
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isWhole = text.withUTF8 { text in
            withUnsafeMutableBytes(of: &bytes) { bytes in Self.read(text, into: bytes) }
        }
        guard isWhole else { return nil }
        self.init(uuid: bytes)
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard text.count == 36 else { return false }
        var place = 0
        for index in bytes.indices {
            if followsHyphen(index) {
                guard text[place] == UInt8(ascii: "-") else { return false }
                place += 1
            }
            guard let high = value(text[place]), let low = value(text[place + 1]) else { return false }
            bytes[index] = high << 4 | low
            place += 2
        }
        return true
    }

    private static func followsHyphen(_ index: Int) -> Bool { index == 4 || index == 6 || index == 8 || index == 10 }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
