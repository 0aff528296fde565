internal import Crypto
internal import JWTKit

/// The signatures that are verified: those of a provider's private key alone.
package enum SignatureAlgorithm: String, Sendable, Codable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case ps256 = "PS256"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"

    package static let usual: Set<SignatureAlgorithm> = [.rs256, .es256, .edDSA]

    /// The only kind of key that it is made with.
    var keyType: KeyType {
        switch self {
        case .rs256, .rs384, .ps256: .rsa
        case .es256: .p256
        case .es384: .p384
        case .edDSA: .ed25519
        }
    }

    /// As JWTKit names it.
    var jwk: JWK.Algorithm {
        switch self {
        case .rs256: .rs256
        case .rs384: .rs384
        case .ps256: .ps256
        case .es256: .es256
        case .es384: .es384
        case .edDSA: .eddsa
        }
    }

    /// With the hash that the signature uses, as `at_hash` wants it.
    func hash(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return switch self {
        case .rs256, .ps256, .es256: Array(SHA256.hash(data: bytes))
        case .rs384, .es384: Array(SHA384.hash(data: bytes))
        case .edDSA: Array(SHA512.hash(data: bytes))
        }
    }
}

enum KeyType: Sendable, CaseIterable {
    case rsa, p256, p384, ed25519

    var algorithms: [SignatureAlgorithm] { SignatureAlgorithm.allCases.filter { $0.keyType == self } }
}
