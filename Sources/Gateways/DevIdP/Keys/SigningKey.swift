internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import JWTKit

extension DevIdP {
    /// What ID tokens are signed with.
    package enum SigningAlgorithm: String, Sendable, Codable, CaseIterable {
        case rs256 = "RS256"
        case es256 = "ES256"
    }
}

/// A key pair that signs, and its name.
struct SigningKey: Sendable {
    private enum Pair {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    private let pair: Pair
    /// Made of the public key, so that no two keys share it.
    let id: String

    init(new algorithm: DevIdP.SigningAlgorithm) throws {
        switch algorithm {
        case .rs256: try self.init(.rsa(_RSA.Signing.PrivateKey(keySize: .bits2048)))
        case .es256: try self.init(.p256(P256.Signing.PrivateKey()))
        }
    }

    private init(_ pair: Pair) throws {
        self.pair = pair
        let bytes =
            switch pair {
            case .rsa(let key): key.publicKey.derRepresentation
            case .p256(let key): key.publicKey.derRepresentation
            }
        id = String(SHA256.hash(data: bytes).base64URL.prefix(16))
    }

    var algorithm: DevIdP.SigningAlgorithm {
        switch pair {
        case .rsa: .rs256
        case .p256: .es256
        }
    }

    var publicKey: PublicKey {
        get throws {
            switch pair {
            case .rsa(let key):
                let numbers = try key.publicKey.getKeyPrimitives()
                return PublicKey(
                    kty: "RSA",
                    alg: algorithm.rawValue,
                    kid: id,
                    n: numbers.modulus.base64URL,
                    e: numbers.publicExponent.base64URL
                )
            case .p256(let key):
                let point = key.publicKey.rawRepresentation
                return PublicKey(
                    kty: "EC",
                    alg: algorithm.rawValue,
                    kid: id,
                    crv: "P-256",
                    x: Data(point.prefix(32)).base64URL,
                    y: Data(point.suffix(32)).base64URL
                )
            }
        }
    }

    func add(to keys: JWTKeyCollection) async throws {
        let kid = JWKIdentifier(string: id)
        switch pair {
        case .rsa(let key):
            await keys.add(rsa: try Insecure.RSA.PrivateKey(backing: key), digestAlgorithm: .sha256, kid: kid)
        case .p256(let key): await keys.add(ecdsa: try ES256PrivateKey(backing: key), kid: kid)
        }
    }
}

extension SigningKey: Codable {
    private enum CodingKeys: String, CodingKey {
        case algorithm
        case privateKey
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let pem = try container.decode(String.self, forKey: .privateKey)
        switch try container.decode(DevIdP.SigningAlgorithm.self, forKey: .algorithm) {
        case .rs256: try self.init(.rsa(_RSA.Signing.PrivateKey(pemRepresentation: pem)))
        case .es256: try self.init(.p256(P256.Signing.PrivateKey(pemRepresentation: pem)))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(algorithm, forKey: .algorithm)
        let pem =
            switch pair {
            case .rsa(let key): key.pemRepresentation
            case .p256(let key): key.pemRepresentation
            }
        try container.encode(pem, forKey: .privateKey)
    }
}

/// A key as relying parties read it (RFC 7517).
struct PublicKey: Encodable, Sendable {
    let kty: String
    let use = "sig"
    let alg: String
    let kid: String
    var n: String?
    var e: String?
    var crv: String?
    var x: String?
    var y: String?
}
