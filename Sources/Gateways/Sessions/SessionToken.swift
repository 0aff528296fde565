internal import Crypto
internal import Foundation

/// A prefix that says what it is for and 32 random bytes in base64url without padding.
struct SessionToken {
    enum Kind: String {
        /// A user of a tenant.
        case user = "dbk_"
        /// A person who has chosen no tenant yet.
        case account = "dba_"
        /// What an agent logs in by that has no key: no session's, but of the same form.
        case agentSecret = "dbs_"
    }

    let text: String

    /// A new one that nobody can guess.
    init(of kind: Kind) {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let base64 = bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        text = kind.rawValue + base64.prefix { $0 != "=" }
    }

    /// Nil for what cannot be a token of the kind, so that rubbish costs no look-up.
    init?(_ text: String, of kind: Kind) {
        let utf8 = text.utf8
        guard utf8.count == 47, text.hasPrefix(kind.rawValue), utf8.dropFirst(4).allSatisfy(\.isBase64URL) else {
            return nil
        }
        self.text = text
    }

    /// What the database knows of it.
    var hash: SHA256.Digest { SHA256.hash(data: Data(text.utf8)) }
}

extension UInt8 {
    fileprivate var isBase64URL: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
