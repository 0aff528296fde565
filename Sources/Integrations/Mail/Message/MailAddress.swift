/// An address that we write to: what nearly all have, of what RFC 5321 allows.
///
/// The part before the `@` is made of ASCII letters, digits and `!#$%&'*+-/=?^_{|}~` and backticks with single dots
/// between; quoted parts and comments are not taken. The domain has at least two labels. Letters outside ASCII are
/// refused on both sides: writing to them needs SMTPUTF8 at every server on the way. A domain of them can be given as
/// what it is in DNS (`xn--…`).
package struct MailAddress: Sendable, Hashable {
    package let text: String
    package let domain: String

    package init(_ text: String) throws(MailError) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Self.invalid(
                "letters outside ASCII are not supported in mail addresses; a domain can be written in its xn-- form"
            )
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Self.invalid("a mail address has one @") }
        guard text.utf8.count <= 254 else { throw Self.invalid("a mail address has at most 254 characters") }
        guard Self.isLocal(parts[0]) else {
            throw Self.invalid("the part before the @ has 1 to 64 letters, digits or signs, with single dots between")
        }
        guard Self.isDomain(parts[1]) else {
            throw Self.invalid("the part behind the @ is no domain such as example.org")
        }
        self.text = text
        domain = String(parts[1])
    }

    private static func isLocal(_ local: Substring) -> Bool {
        local.utf8.count <= 64
            && local.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.utf8.allSatisfy { $0.isLetterOrDigit || Self.signs.contains($0) }
            }
    }

    private static let signs = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    private static func isDomain(_ domain: Substring) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, domain.utf8.count <= 253,
            // Otherwise it would be an IPv4 address.
            labels.last?.utf8.allSatisfy(\.isDigit) == false
        else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        }
    }

    private static func invalid(_ message: String) -> MailError {
        MailError(.invalidAddress, isRetriable: false, message)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLetterOrDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
