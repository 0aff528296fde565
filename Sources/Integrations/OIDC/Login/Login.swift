internal import Crypto

/// One attempt to log in, from the redirect to the provider until its answer. The caller keeps it with the browser, sealed,
/// and takes it only once.
package struct Login: Sendable, Codable, Hashable {
    /// Comes back with the answer; compare it with `answers(_:)`.
    package let state: String
    /// Comes back in the ID token.
    package let nonce: String
    /// PKCE's secret (RFC 7636), which only the token request shows.
    package let verifier: String
    /// The provider that it was made for. An answer is redeemed at no other (RFC 9700 §4.4).
    package let issuer: String
    /// How old the provider's own session may be, if that was asked for.
    package let maxAgeSeconds: Int?

    init(issuer: String, maxAgeSeconds: Int?) {
        state = Self.random()
        nonce = Self.random()
        verifier = Self.random()
        self.issuer = issuer
        self.maxAgeSeconds = maxAgeSeconds
    }

    /// Whether an answer's `state` is this login's.
    package func answers(_ state: String) -> Bool { isSameSecret(state, self.state) }

    var challenge: String { Base64URL.encode(SHA256.hash(data: Array(verifier.utf8))) }

    /// 256 bits.
    private static func random() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { Base64URL.encode($0) }
    }
}

extension Login: CustomStringConvertible, CustomDebugStringConvertible {
    /// Nothing of what is secret.
    package var description: String { "a login at \(issuer)" }
    package var debugDescription: String { description }
}
