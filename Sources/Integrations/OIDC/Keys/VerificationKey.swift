internal import JWTKit

/// One public key of a provider, ready for each algorithm that it fits.
struct VerificationKey: Sendable {
    let id: String
    private let verifiers: [SignatureAlgorithm: any JWTAlgorithm]

    /// Nil for what is no key that signs: for encryption, symmetric, of an unknown kind, without a name, or damaged. A
    /// provider may publish such keys beside the ones that matter. One whose private part is published is nobody's key.
    init?(_ jwk: [String: JSONValue]) async {
        guard let id = jwk["kid"]?.string, !id.isEmpty, id.utf8.count <= 256 else { return nil }
        if let use = jwk["use"], use.string != "sig" { return nil }
        if let operations = jwk["key_ops"], operations.strings?.contains("verify") != true { return nil }
        guard !JWKMembers.secret.contains(where: { jwk[$0] != nil }) else { return nil }
        guard let type = Self.type(of: jwk) else { return nil }
        var verifiers: [SignatureAlgorithm: any JWTAlgorithm] = [:]
        for algorithm in type.algorithms {
            if let only = jwk["alg"], only.string != algorithm.rawValue { continue }
            verifiers[algorithm] = await Self.verifier(jwk, type, algorithm)
        }
        guard !verifiers.isEmpty else { return nil }
        self.id = id
        self.verifiers = verifiers
    }

    func fits(_ algorithm: SignatureAlgorithm) -> Bool { verifiers[algorithm] != nil }

    func verifies(_ token: SignedToken, _ algorithm: SignatureAlgorithm) -> Bool {
        guard let verifier = verifiers[algorithm] else { return false }
        // It throws for a signature of the wrong length, which is a wrong signature.
        do { return try verifier.verify(token.signature, signs: token.signed) } catch { return false }
    }

    private static func type(of jwk: [String: JSONValue]) -> KeyType? {
        switch (jwk["kty"]?.string, jwk["crv"]?.string) {
        case ("RSA", nil): .rsa
        case ("EC", "P-256"): .p256
        case ("EC", "P-384"): .p384
        case ("OKP", "Ed25519"): .ed25519
        default: nil
        }
    }

    /// JWTKit checks that the point is on the curve, and that RSA has 2048 bits at least. Its collection falls back to
    /// another key where a name is unknown, so each collection here has one key.
    private static func verifier(
        _ jwk: [String: JSONValue],
        _ type: KeyType,
        _ algorithm: SignatureAlgorithm
    ) async -> (any JWTAlgorithm)? {
        func number(_ name: String, _ sizes: ClosedRange<Int>) -> String? {
            guard let text = jwk[name]?.string, let bytes = Base64URL.decode(text), sizes.contains(bytes.count) else {
                return nil
            }
            return text
        }
        let key: JWK
        switch type {
        case .rsa:
            // 8192 bits at most: verifying costs the square of it.
            guard let n = number("n", 256...1025), let e = number("e", 1...8) else { return nil }
            key = .rsa(algorithm.jwk, identifier: "key", modulus: n, exponent: e)
        case .p256, .p384:
            let size = type == .p256 ? 32 : 48
            guard let x = number("x", size...size), let y = number("y", size...size) else { return nil }
            key = .ecdsa(algorithm.jwk, identifier: "key", x: x, y: y, curve: type == .p256 ? .p256 : .p384)
        case .ed25519:
            guard let x = number("x", 32...32), Ed25519Point.isUsable(Base64URL.decode(x) ?? []) else { return nil }
            key = .octetKeyPair(algorithm.jwk, identifier: "key", x: x, y: nil, curve: .ed25519)
        }
        // A damaged key is left out as if it were not there.
        do { return try await JWTKeyCollection().add(jwk: key).getKey(for: "key") } catch { return nil }
    }
}

enum JWKMembers {
    /// Parts of private and symmetric keys (RFC 7518 §6).
    static let secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
}
