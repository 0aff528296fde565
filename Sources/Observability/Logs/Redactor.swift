internal import Foundation
internal import Synchronization

/// Takes secrets out of texts, by their exact values, wherever somebody has put them by mistake.
///
/// Nobody is to write a secret at all; this is for what others write, such as the error of a library that quotes a connection string.
package final class Redactor: Sendable {
    /// What stands in a secret's place.
    package static let mark = "[redacted]"
    /// In bytes. What is shorter stands in too many texts by chance.
    package static let shortest = 8

    /// The longest first, so that of one that holds another nothing is left over.
    private let secrets = Mutex<[[UInt8]]>([])

    package init() {}

    /// From now on no text that passes holds this, as it is or as it is written in a URL. Ignores what is too short to be told from
    /// other text.
    package func hide(_ secret: String) {
        var forms: Set = [secret]
        if let encoded = secret.addingPercentEncoding(withAllowedCharacters: .urlUnreserved) { forms.insert(encoded) }
        let new = forms.filter { $0.utf8.count >= Self.shortest }.map { Array($0.utf8) }
        secrets.withLock { secrets in
            secrets += new.filter { !secrets.contains($0) }
            secrets.sort { $0.count > $1.count }
        }
    }

    package func redacted(_ text: String) -> String {
        var text = text
        for secret in secrets.withLock({ $0 }) where text.utf8.count >= secret.count {
            guard text.holds(secret) else { continue }
            text = text.replacing(String(decoding: secret, as: UTF8.self), with: Self.mark)
        }
        return text
    }
}

extension String {
    fileprivate func holds(_ bytes: [UInt8]) -> Bool {
        var text = self
        return text.withUTF8 { text in
            guard var start = text.baseAddress, let first = bytes.first else { return false }
            let end = start + text.count
            while end - start >= bytes.count, let found = memchr(start, Int32(first), end - start) {
                start += start.distance(to: found.assumingMemoryBound(to: UInt8.self))
                guard end - start >= bytes.count else { return false }
                if memcmp(start, bytes, bytes.count) == 0 { return true }
                start += 1
            }
            return false
        }
    }
}

extension CharacterSet {
    /// RFC 3986 §2.3.
    fileprivate static let urlUnreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
