internal import Crypto

/// The public key of an agent: Ed25519 or P-256, and nothing of the private one. What exists is valid.
package struct PublicKeyJWK: Sendable, Hashable {
    package enum Curve: String, Sendable, Hashable {
        case ed25519 = "Ed25519"
        case p256 = "P-256"
    }

    private static let limit = 4096

    package let curve: Curve
    /// base64url, as is `y`, which Ed25519 has not.
    package let x: String
    package let y: String?
    /// The name that its owner gave it.
    package let keyID: String?

    /// Reads a JWK (RFC 7517, RFC 8037). Members that are not known are ignored, as the standard wants it.
    package init(json: some Sequence<UInt8>) throws(OIDCError) {
        let bytes = Array(json.prefix(Self.limit + 1))
        guard bytes.count <= Self.limit else { throw .invalidKey("it is longer than \(Self.limit) bytes") }
        let members: [String: JSONValue]
        do {
            members = try JSONParser.object(bytes)
        } catch {
            throw .invalidKey(error.reason)
        }
        try self.init(members)
    }

    init(_ members: [String: JSONValue]) throws(OIDCError) {
        guard !JWKMembers.secret.contains(where: { members[$0] != nil }) else {
            throw .invalidKey("it holds a private part; make another one, and keep that part")
        }
        switch (members["kty"]?.string, members["crv"]?.string) {
        case ("OKP", "Ed25519"): curve = .ed25519
        case ("EC", "P-256"): curve = .p256
        default: throw .invalidKey("it is neither Ed25519 nor P-256")
        }
        if let use = members["use"], use.string != "sig" { throw .invalidKey("its use is not sig") }
        if let operations = members["key_ops"], operations.strings?.contains("verify") != true {
            throw .invalidKey("its key_ops lack verify")
        }
        if let algorithm = members["alg"], algorithm.string != curve.algorithm.rawValue {
            throw .invalidKey("its alg is not \(curve.algorithm.rawValue)")
        }
        if let id = members["kid"] {
            guard let text = id.string, (1...256).contains(text.utf8.count),
                text.utf8.allSatisfy({ $0 > 0x1F && $0 != 0x7F })
            else { throw .invalidKey("its kid is no string of 1 to 256 bytes") }
            keyID = text
        } else {
            keyID = nil
        }
        let (x, xBytes) = try Self.coordinate("x", members)
        self.x = x
        switch curve {
        case .ed25519:
            y = nil
            guard Ed25519Point.isUsable(xBytes) else {
                throw .invalidKey("its point is not on the curve, or is one that anybody can sign for")
            }
        case .p256:
            let (y, yBytes) = try Self.coordinate("y", members)
            self.y = y
            do {
                _ = try P256.Signing.PublicKey(rawRepresentation: xBytes + yBytes)
            } catch {
                throw .invalidKey("its point is not on the curve")
            }
        }
    }

    private static func coordinate(
        _ name: String,
        _ members: [String: JSONValue]
    ) throws(OIDCError) -> (String, [UInt8]) {
        guard let text = members[name]?.string, let bytes = Base64URL.decode(text), bytes.count == 32 else {
            throw .invalidKey("its \(name) is not 32 bytes of base64url")
        }
        return (text, bytes)
    }

    /// SHA-256 of what makes the key (RFC 7638): the same for every way to write it.
    package var thumbprint: String { JWKThumbprint.sha256(required) }

    private var required: [String: String] {
        switch curve {
        case .ed25519: ["kty": "OKP", "crv": curve.rawValue, "x": x]
        case .p256: ["kty": "EC", "crv": curve.rawValue, "x": x, "y": y ?? ""]
        }
    }

    /// Made with the curve's own algorithm.
    func verifies(_ signature: [UInt8], of signed: [UInt8]) -> Bool {
        guard let x = Base64URL.decode(x), let y = Base64URL.decode(y ?? "") else { return false }
        // What throws here is a signature of the wrong length, which is a wrong signature.
        do {
            switch curve {
            case .ed25519:
                return try Curve25519.Signing.PublicKey(rawRepresentation: x).isValidSignature(signature, for: signed)
            case .p256:
                return try P256.Signing.PublicKey(rawRepresentation: x + y)
                    .isValidSignature(.init(rawRepresentation: signature), for: signed)
            }
        } catch {
            return false
        }
    }
}

extension PublicKeyJWK.Curve {
    /// The only one that it signs with.
    var algorithm: SignatureAlgorithm { self == .ed25519 ? .edDSA : .es256 }
}

extension OIDCError {
    fileprivate static func invalidKey(_ reason: String) -> OIDCError {
        OIDCError(.invalidKey, "the public key is refused: \(reason)")
    }
}

enum JWKThumbprint {
    /// - Parameter members: those that RFC 7638 §3.2 asks for; none of their values needs escaping.
    static func sha256(_ members: [String: String]) -> String {
        let text = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        return Base64URL.encode(SHA256.hash(data: Array("{\(text)}".utf8)))
    }
}
