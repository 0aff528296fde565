extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    package var hex: String {
        var text = ""
        text.reserveCapacity(underestimatedCount * 2)
        for byte in self {
            text.append(String(byte >> 4, radix: 16))
            text.append(String(byte & 15, radix: 16))
        }
        return text
    }
}
