import Crypto
import Foundation
import Testing

@testable import OIDC

struct AssertionTests {
    private static let audience = "https://daybook.test/token"

    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let verifier = AssertionVerifier(audiences: [Self.audience, "https://daybook.test"])
    private let key = SigningKey.ed25519("agent-key")

    private func claims(_ changes: [String: Any?] = [:]) -> [String: Any] {
        let seconds = now.timeIntervalSince1970
        var claims: [String: Any] = [
            "iss": "agent-1", "sub": "agent-1", "aud": Self.audience, "iat": seconds, "exp": seconds + 60,
            "jti": "assertion-1",
        ]
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    private func publicKey(_ key: SigningKey) throws -> PublicKeyJWK {
        try PublicKeyJWK(json: Array(json(key.jwk).utf8))
    }

    private func refusal(_ token: String, _ keys: [SigningKey]? = nil) throws -> OIDCError.Code? {
        let keys = try (keys ?? [key]).map(publicKey)
        do throws(OIDCError) {
            _ = try verifier.verify(token, keys: keys, owner: "agent-1", now: now)
            return nil
        } catch {
            return error.code
        }
    }

    private func refusal(_ changes: [String: Any?], header: [String: Any] = [:]) throws -> OIDCError.Code? {
        try refusal(key.token(claims(changes), header: header))
    }

    @Test(arguments: [SigningKey.ed25519("k"), .p256("k")])
    func `an agent's word is taken once for who it is`(key: SigningKey) throws {
        let token = key.token(claims())
        #expect(try AssertionVerifier(audiences: ["https://example"]).claimedOwner(of: token) == "agent-1")
        let assertion = try verifier.verify(token, keys: [publicKey(key)], owner: "agent-1", now: now)
        #expect(assertion.owner == "agent-1")
        #expect(assertion.tokenID == "assertion-1")
        #expect(assertion.issuedAt == now)
        #expect(assertion.expiresAt == now.addingTimeInterval(60))
        #expect(assertion.replayableUntil == now.addingTimeInterval(90))
        #expect(try assertion.keyThumbprint == publicKey(key).thumbprint)
    }

    @Test func `an assertion with any one character changed is refused`() throws {
        let token = key.token(claims())
        for index in token.indices {
            for other in ["A", "B", "=", "."] as [Character] where other != token[index] {
                var changed = token
                changed.replaceSubrange(index...index, with: String(other))
                #expect(try refusal(changed) != nil)
            }
        }
    }

    @Test func `an assertion is about whom it is from, and for us alone`() throws {
        #expect(try refusal(["iss": "agent-2"]) == .issuerMismatch)
        #expect(try refusal(["iss": nil]) == .issuerMismatch)
        #expect(try refusal(["sub": "agent-2"]) == .invalidSubject)
        #expect(try refusal(["sub": nil]) == .invalidClaim)
        #expect(try refusal(["iss": "agent-2", "sub": "agent-2"]) == .issuerMismatch)
        #expect(try refusal(["aud": ["https://daybook.test"]]) == nil)
        #expect(try refusal(["aud": "https://eve.test"]) == .audienceMismatch)
        #expect(try refusal(["aud": [Self.audience, "https://eve.test"]]) == .audienceMismatch)
        #expect(try refusal(["aud": [String]()]) == .audienceMismatch)
        #expect(try refusal(["aud": nil]) == .audienceMismatch)
        #expect(try refusal(["aud": Self.audience + "/"]) == .audienceMismatch)
    }

    @Test func `an assertion is short-lived and of now`() throws {
        let seconds = now.timeIntervalSince1970
        #expect(try refusal(["exp": seconds + 300]) == nil)
        #expect(try refusal(["exp": seconds + 301]) == .lifetimeTooLong)
        #expect(try refusal(["exp": seconds]) == .invalidClaim)
        #expect(try refusal(["iat": seconds - 60, "exp": seconds - 29]) == nil)
        #expect(try refusal(["iat": seconds - 60, "exp": seconds - 30]) == .expired)
        #expect(try refusal(["iat": seconds + 30]) == nil)
        #expect(try refusal(["iat": seconds + 31]) == .issuedInFuture)
        #expect(try refusal(["nbf": seconds + 31]) == .notYetValid)
        #expect(try refusal(["exp": nil]) == .invalidClaim)
        #expect(try refusal(["iat": nil]) == .invalidClaim)
        #expect(try refusal(["exp": "tomorrow"]) == .invalidClaim)
    }

    @Test func `an assertion has a name of its own`() throws {
        for tokenID in [nil, "", String(repeating: "j", count: 129), 7, "a\u{0}b"] as [Any?] {
            #expect(try refusal(["jti": tokenID]) == .invalidClaim)
        }
        #expect(try refusal(["jti": String(repeating: "j", count: 128)]) == nil)
    }

    @Test func `the key is one that is registered, and the algorithm its own`() throws {
        let (curve, other, rsa) = (SigningKey.p256("curve"), SigningKey.ed25519("other"), SigningKey.rsa("agent-key"))
        #expect(try refusal(curve.token(claims()), [key, curve]) == nil)
        #expect(try refusal(other.token(claims())) == .unknownKey)
        #expect(try refusal(other.named("agent-key").token(claims())) == .invalidSignature)
        #expect(try refusal(key.token(claims()), []) == .unknownKey)
        #expect(try refusal(curve.named("agent-key").token(claims()), [key, curve]) == .unacceptableAlgorithm)
        #expect(try refusal(key.named("curve").token(claims()), [key, curve]) == .unacceptableAlgorithm)
        #expect(try refusal(rsa.token(claims())) == .unacceptableAlgorithm)
        let thumbprint = try publicKey(key).thumbprint
        #expect(try refusal(key.named(thumbprint).token(claims())) == nil)
        // Without a name every key is tried that the algorithm fits.
        let nameless = key.token(json(claims()), header: #"{"alg":"EdDSA"}"#)
        #expect(try refusal(nameless, [curve, other, key]) == nil)
        #expect(try refusal(nameless, [curve, other]) == .invalidSignature)
        #expect(try refusal(nameless, [curve]) == .unacceptableAlgorithm)
    }

    @Test func `nothing but EdDSA and ES256 is a signature`() throws {
        for algorithm in ["none", "HS256", "RS256", "ES384", "Ed25519", "eddsa", ""] {
            let header = json(["alg": algorithm, "kid": "agent-key"])
            #expect(try refusal(key.token(json(claims()), header: header)) == .unacceptableAlgorithm)
            let signed = "\(base64URL(Data(header.utf8))).\(base64URL(Data(json(claims()).utf8)))"
            #expect(try refusal("\(signed).") == .malformedToken)
            guard case .ed25519(let secret) = key.kind else { return }
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(signed.utf8),
                using: SymmetricKey(data: secret.publicKey.rawRepresentation)
            )
            #expect(try refusal("\(signed).\(base64URL(Data(code)))") == .unacceptableAlgorithm)
        }
    }

    @Test func `a header or a payload with a trick in it is refused`() throws {
        #expect(try refusal([:], header: ["crit": ["b64"], "b64": false]) == .criticalExtension)
        #expect(try refusal([:], header: ["typ": "client-authentication+jwt"]) == nil)
        #expect(try refusal([:], header: ["typ": "at+jwt"]) == .unacceptableType)
        let own = SigningKey.ed25519("own")
        #expect(try refusal(own.token(claims(), header: ["jwk": own.jwk])) == .unknownKey)
        let (header, good) = (#"{"alg":"EdDSA","kid":"agent-key"}"#, json(claims()))
        for double in [#""jti":"other","#, #""exp":9999999999,"#, #""\u0061ud":"x","#] {
            #expect(try refusal(key.token("{" + double + good.dropFirst(), header: header)) == .malformedToken)
        }
        #expect(try refusal(key.token(good, header: #"{"alg":"none","alg":"EdDSA"}"#)) == .malformedToken)
        #expect(try refusal(["padding": String(repeating: "x", count: 16 * 1024)]) == .malformedToken)
    }
}
