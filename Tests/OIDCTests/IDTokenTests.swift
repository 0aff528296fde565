import Crypto
import Foundation
import Testing

@testable import OIDC

struct IDTokenTests {
    @Test func `a good token becomes an identity`() async throws {
        try await RelyingParty.run { (party) async throws in
            let token = party.key.token(
                party.claims(with: [
                    "picture": "https://example.test/ada.png", "preferred_username": "ada", "sid": "session-1",
                    "auth_time": party.time.seconds - 60, "acr": "1", "amr": ["pwd", "otp"],
                ])
            )
            let identity = try await party.redeem(token)
            #expect(identity.issuer == party.issuer.url)
            #expect(identity.subject == "ada-1")
            #expect(identity.email == "ada@example.test")
            #expect(identity.emailIsVerified)
            #expect(identity.name == "Ada Lovelace")
            #expect(identity.preferredUsername == "ada")
            #expect(identity.picture == "https://example.test/ada.png")
            #expect(identity.authenticatedAt == Date(timeIntervalSince1970: party.time.seconds - 60))
            #expect(identity.sessionID == "session-1")
            #expect(identity.authenticationContext == "1")
            #expect(identity.authenticationMethods == ["pwd", "otp"])
            #expect(identity.idToken == token)
            #expect(!"\(identity)".contains(token))
        }
    }

    @Test(arguments: ["RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"])
    func `each algorithm is verified where it is accepted, and refused where it is not`(name: String) async throws {
        let algorithm = try #require(SignatureAlgorithm(rawValue: name))
        let key: SigningKey =
            switch name {
            case "ES256": .p256("k")
            case "ES384": .p384("k")
            case "EdDSA": .ed25519("k")
            default: .rsa("k")
            }
        try await RelyingParty.run(key: key, { $0.algorithms = [algorithm] }) { party in
            #expect(await party.refusal([:], header: ["alg": name]) == nil)
        }
        let others = Set(SignatureAlgorithm.allCases).subtracting([algorithm])
        try await RelyingParty.run(key: key, { $0.algorithms = others }) { party in
            #expect(await party.refusal([:], header: ["alg": name]) == .unacceptableAlgorithm)
        }
    }

    @Test func `an e-mail address counts as verified only if the provider says so`() async throws {
        try await RelyingParty.run { (party) async throws in
            let cases: [(Any?, Bool)] = [
                (true, true), ("true", true), (false, false), (nil, false), ("false", false), ("yes", false),
                (1, false),
            ]
            for (value, isVerified) in cases {
                let identity = try await party.redeem(party.key.token(party.claims(with: ["email_verified": value])))
                #expect(identity.email == "ada@example.test")
                #expect(identity.emailIsVerified == isVerified, "\(String(describing: value))")
            }
        }
    }

    @Test func `where the operator vouches for a provider's addresses, one of which it says nothing is verified too`()
        async throws
    {
        try await RelyingParty.run({ $0.trustsEmail = true }) { (party) async throws in
            let cases: [(Any?, Bool)] = [
                (nil, true), (true, true), (false, false), ("false", false), (NSNull(), false), ("yes", false),
            ]
            for (value, isVerified) in cases {
                let identity = try await party.redeem(party.key.token(party.claims(with: ["email_verified": value])))
                #expect(identity.emailIsVerified == isVerified, "\(String(describing: value))")
            }
            let none = try await party.redeem(
                party.key.token(party.claims(with: ["email": nil, "email_verified": nil]))
            )
            #expect(none.email == nil && !none.emailIsVerified)
        }
    }

    @Test func `what only describes is left out if it is not worth having`() async throws {
        try await RelyingParty.run { (party) async throws in
            let identity = try await party.redeem(
                party.key.token(
                    party.claims(with: ["email": "no address", "name": "a\u{7}b", "picture": "javascript:alert(1)"])
                )
            )
            #expect(identity.email == nil)
            #expect(!identity.emailIsVerified)
            #expect(identity.name == nil)
            #expect(identity.picture == nil)
        }
    }

    @Test func `issuer, audience and party have to be to the letter`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await party.refusal(["iss": party.issuer.url + "/"]) == .issuerMismatch)
            #expect(await party.refusal(["iss": nil]) == .issuerMismatch)
            #expect(await party.refusal(["iss": 1]) == .invalidClaim)
            #expect(await party.refusal(["aud": "Daybook"]) == .audienceMismatch)
            #expect(await party.refusal(["aud": nil]) == .audienceMismatch)
            #expect(await party.refusal(["aud": [String]()]) == .audienceMismatch)
            #expect(await party.refusal(["aud": ["daybook", 1] as [Any]]) == .audienceMismatch)
            #expect(await party.refusal(["aud": ["daybook"]]) == nil)
            #expect(await party.refusal(["azp": "daybook"]) == nil)
            #expect(await party.refusal(["azp": "another"]) == .authorizedPartyMismatch)
            // Nobody has said that another audience is to be trusted.
            #expect(await party.refusal(["aud": ["daybook", "account"], "azp": "daybook"]) == .audienceMismatch)
        }
    }

    @Test func `several audiences are taken if they are known and the token was made for us`() async throws {
        try await RelyingParty.run({ $0.furtherAudiences = ["account"] }) { party in
            #expect(await party.refusal(["aud": ["account", "daybook"], "azp": "daybook"]) == nil)
            #expect(await party.refusal(["aud": ["account", "daybook"]]) == .authorizedPartyMismatch)
            #expect(
                await party.refusal(["aud": ["account", "daybook"], "azp": "account"]) == .authorizedPartyMismatch
            )
            #expect(await party.refusal(["aud": ["account"], "azp": "daybook"]) == .audienceMismatch)
        }
    }

    @Test func `times hold within the skew and not beyond`() async throws {
        try await RelyingParty.run { (party) async throws in
            let now = party.time.seconds
            #expect(await party.refusal(["exp": now - 29]) == nil)
            #expect(await party.refusal(["exp": now - 30]) == .expired)
            #expect(await party.refusal(["exp": nil]) == .invalidClaim)
            #expect(await party.refusal(["exp": "\(now + 300)"]) == .invalidClaim)
            #expect(await party.refusal(["exp": -1]) == .invalidClaim)
            #expect(await party.refusal(["exp": 1e300]) == .invalidClaim)
            #expect(await party.refusal(["iat": now + 30]) == nil)
            #expect(await party.refusal(["iat": now + 31]) == .issuedInFuture)
            #expect(await party.refusal(["iat": nil]) == .invalidClaim)
            #expect(await party.refusal(["nbf": now + 30]) == nil)
            #expect(await party.refusal(["nbf": now + 31]) == .notYetValid)
            #expect(await party.refusal(["nbf": "soon"]) == .invalidClaim)
        }
    }

    @Test func `a nonce answers one login only`() async throws {
        try await RelyingParty.run { (party) async throws in
            let other = party.provider.login()
            #expect(await party.refusal(["nonce": other.nonce]) == .nonceMismatch)
            #expect(await party.refusal(["nonce": nil]) == .nonceMismatch)
            #expect(await party.refusal(["nonce": party.login.nonce + "A"]) == .nonceMismatch)
            // The token of one login, replayed into the next.
            party.issuer.setTokens(idToken: party.key.token(party.claims))
            let error = await errorCode { () async throws(OIDCError) in
                _ = try await party.provider.redeem(
                    code: "c",
                    login: other,
                    redirectURI: RelyingParty.callback,
                    responseIssuer: nil
                )
            }
            #expect(error == .nonceMismatch)
        }
    }

    @Test func `a subject is 1 to 255 ASCII characters`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await party.refusal(["sub": String(repeating: "a", count: 255)]) == nil)
            for subject in [nil, "", String(repeating: "a", count: 256), "grüße", "a\nb", 7] as [Any?] {
                #expect(await party.refusal(["sub": subject]) == .invalidSubject)
            }
        }
    }

    @Test func `the access token has to be the one that the ID token was issued with`() async throws {
        try await RelyingParty.run { (party) async throws in
            let hash = base64URL(Array(SHA256.hash(data: Data("access".utf8))).prefix(16))
            #expect(await party.refusal(["at_hash": hash]) == nil)
            #expect(await party.refusal(["at_hash": base64URL(Data(count: 16))]) == .accessTokenMismatch)
            #expect(await party.refusal(["at_hash": ""]) == .accessTokenMismatch)
        }
        try await RelyingParty.run(key: .ed25519("e")) { (party) async throws in
            let hash = base64URL(Array(SHA512.hash(data: Data("access".utf8))).prefix(32))
            #expect(await party.refusal(["at_hash": hash]) == nil)
        }
    }

    @Test func `whoever asks for a fresh authentication gets one`() async throws {
        try await RelyingParty.run(maxAgeSeconds: 60) { (party) async throws in
            #expect(await party.refusal(["auth_time": party.time.seconds - 60]) == nil)
            #expect(await party.refusal(["auth_time": party.time.seconds - 91]) == .authenticationTooOld)
            #expect(await party.refusal([:]) == .authenticationTooOld)
        }
    }
}
