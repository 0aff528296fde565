internal import Crypto
package import Foundation

/// An Ed25519 key that somebody signs assertions about themselves with.
package struct AssertionSigner: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A new one.
    package init() { key = Curve25519.Signing.PrivateKey() }

    /// Reads the JWK of a private key (RFC 8037).
    package init(privateJWK json: some Sequence<UInt8>) throws(OIDCError) {
        let members: [String: JSONValue]
        do { members = try JSONParser.object(Array(json.prefix(4096))) } catch {
            throw OIDCError(.invalidKey, "the private key is refused: \(error.reason)")
        }
        guard members["kty"]?.string == "OKP", members["crv"]?.string == "Ed25519",
            let bytes = members["d"]?.string.flatMap({ Base64URL.decode($0) })
        else {
            throw OIDCError(.invalidKey, "the private key is no JWK of Ed25519")
        }
        do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: bytes) } catch {
            throw OIDCError(.invalidKey, "the private key is not 32 bytes")
        }
    }

    /// The JWK to be registered.
    package var publicJWK: String { #"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"# }

    /// The JWK to be kept to oneself, in one line.
    package var privateJWK: String {
        #"{"crv":"Ed25519","d":"\#(Base64URL.encode(key.rawRepresentation))","kty":"OKP","x":"\#(x)"}"#
    }

    private var x: String { Base64URL.encode(key.publicKey.rawRepresentation) }

    /// A JWT by which its owner says who it is.
    ///
    /// - Parameters:
    ///   - owner: plain ASCII without quotes, as is `audience`.
    ///   - lifetime: at most 5 minutes are taken.
    package func sign(
        type: String,
        owner: String,
        audience: String,
        lifetime: Duration,
        now: Date = Date()
    ) throws -> String {
        struct Claims: Encodable {
            let iss: String
            let sub: String
            let aud: String
            let jti: String
            let iat: Int
            let exp: Int
        }
        let issued = Int(now.timeIntervalSince1970)
        let claims = Claims(
            iss: owner,
            sub: owner,
            aud: audience,
            jti: UUID().uuidString.lowercased(),
            iat: issued,
            exp: issued + Int(lifetime.components.seconds)
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = ["alg": "EdDSA", "kid": thumbprint, "typ": type]
        let signed = Base64URL.encode(try encoder.encode(header)) + "." + Base64URL.encode(try encoder.encode(claims))
        return signed + "." + Base64URL.encode(try key.signature(for: Array(signed.utf8)))
    }

    private var thumbprint: String { JWKThumbprint.sha256(["kty": "OKP", "crv": "Ed25519", "x": x]) }
}
