import Crypto
import CryptoExtras
import Foundation

/// A private key with a name, and tokens of every shape made with it.
struct SigningKey: Sendable {
    enum Kind: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    let id: String
    let kind: Kind

    /// RSA keys take long to find, so each of them is found once.
    private static let found: [_RSA.Signing.PrivateKey] = (0..<3).map { _ in try! .init(keySize: .bits2048) }

    static func rsa(_ id: String, _ number: Int = 0) -> SigningKey { SigningKey(id: id, kind: .rsa(found[number])) }
    static func p256(_ id: String) -> SigningKey { SigningKey(id: id, kind: .p256(.init())) }
    static func p384(_ id: String) -> SigningKey { SigningKey(id: id, kind: .p384(.init())) }
    static func ed25519(_ id: String) -> SigningKey { SigningKey(id: id, kind: .ed25519(.init())) }

    func named(_ id: String) -> SigningKey { SigningKey(id: id, kind: kind) }

    var algorithm: String {
        switch kind {
        case .rsa: "RS256"
        case .p256: "ES256"
        case .p384: "ES384"
        case .ed25519: "EdDSA"
        }
    }

    /// The public part, without `alg` and `use`.
    var jwk: [String: String] {
        switch kind {
        case .rsa(let key):
            let numbers = try! key.publicKey.getKeyPrimitives()
            return ["kty": "RSA", "kid": id, "n": base64URL(numbers.modulus), "e": base64URL(numbers.publicExponent)]
        case .p256(let key): return ec("P-256", key.publicKey.rawRepresentation)
        case .p384(let key): return ec("P-384", key.publicKey.rawRepresentation)
        case .ed25519(let key):
            return ["kty": "OKP", "crv": "Ed25519", "kid": id, "x": base64URL(key.publicKey.rawRepresentation)]
        }
    }

    private func ec(_ curve: String, _ point: Data) -> [String: String] {
        [
            "kty": "EC", "crv": curve, "kid": id, "x": base64URL(point.prefix(point.count / 2)),
            "y": base64URL(point.suffix(point.count / 2)),
        ]
    }

    func token(_ claims: [String: Any], header: [String: Any] = [:]) -> String {
        let header = ["alg": algorithm, "kid": id, "typ": "JWT"].merging(header) { $1 }
        return token(json(claims), header: json(header), algorithm: header["alg"] as? String)
    }

    /// A token of exactly these texts.
    func token(_ claims: String, header: String, algorithm: String? = nil) -> String {
        let signed = "\(base64URL(Data(header.utf8))).\(base64URL(Data(claims.utf8)))"
        return "\(signed).\(base64URL(signature(Data(signed.utf8), algorithm ?? self.algorithm)))"
    }

    private func signature(_ data: Data, _ algorithm: String) -> Data {
        switch (kind, algorithm) {
        case (.rsa(let key), "PS256"): try! key.signature(for: SHA256.hash(data: data), padding: .PSS).rawRepresentation
        case (.rsa(let key), "RS384"):
            try! key.signature(for: SHA384.hash(data: data), padding: .insecurePKCS1v1_5).rawRepresentation
        case (.rsa(let key), _):
            try! key.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).rawRepresentation
        case (.p256(let key), _): try! key.signature(for: data).rawRepresentation
        case (.p384(let key), _): try! key.signature(for: data).rawRepresentation
        case (.ed25519(let key), _): try! key.signature(for: data)
        }
    }
}

func base64URL(_ data: some DataProtocol) -> String {
    Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

func json(_ value: [String: Any]) -> String {
    String(decoding: try! JSONSerialization.data(withJSONObject: value, options: .sortedKeys), as: UTF8.self)
}
