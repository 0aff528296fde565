/// E-mail addresses, as far as they are compared and invited here.
package enum EmailAddress {
    /// A dot-atom of up to 64 characters, an `@`, and a host name with a dot (RFC 5321 4.1.2, without what nobody has): ASCII.
    package static func isOne(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2 else { return false }
        let (local, domain) = (parts[0], parts[1])
        let words = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (1...64).contains(local.count) && words.allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtom) }
            && labels.count > 1 && labels.allSatisfy(isLabel)
    }

    /// By which addresses are compared without being kept. The letters' case does not count.
    static func digest(_ text: String) -> [UInt8] { PlainText.digest(text.lowercased()) }

    private static func isAtom(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { isAlphanumeric($0) || $0 == hyphen }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
