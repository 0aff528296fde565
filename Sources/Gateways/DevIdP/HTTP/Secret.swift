internal import Crypto
internal import Foundation

/// Texts that nobody can guess: codes, tokens, cookies.
enum Secret {
    /// 32 random bytes as base64url: 43 characters.
    static func make() -> String { SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64URL } }

    /// What is kept of it.
    static func hash(_ secret: String) -> SHA256.Digest { SHA256.hash(data: Data(secret.utf8)) }

    /// In a time that tells nothing of where they differ.
    static func areEqual(_ first: String, _ second: String) -> Bool { hash(first) == hash(second) }
}

extension Data {
    /// Base64 for URLs without padding (RFC 4648 5).
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension SHA256.Digest {
    var base64URL: String { Data(self).base64URL }
}

extension Duration {
    var timeInterval: TimeInterval { TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18 }
}
