import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import OIDC

struct HostileTokenTests {
    @Test func `a token with any one character changed is refused`() async throws {
        try await RelyingParty.run { (party) async throws in
            let token = logoutToken(party)
            _ = try await party.provider.verifyLogoutToken(token)
            for index in token.indices {
                for other in [token[index] == "A" ? "B" : "A", "=", "."] as [Character] where other != token[index] {
                    var changed = token
                    changed.replaceSubrange(index...index, with: String(other))
                    let error = await errorCode { () async throws(OIDCError) in
                        _ = try await party.provider.verifyLogoutToken(changed)
                    }
                    #expect(error?.kind == .refused, "changed at \(token.distance(from: token.startIndex, to: index))")
                }
            }
        }
    }

    @Test func `an ID token changed in header, payload or signature is refused`() async throws {
        try await RelyingParty.run { (party) async throws in
            let token = party.key.token(party.claims)
            for index in Array(token.indices.enumerated()).filter({ $0.offset % 11 == 0 }).map(\.element) {
                var changed = token
                changed.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
                #expect(await party.refusal(changed) != nil)
            }
        }
    }

    @Test func `a token without a signature, or signed with what is public, is refused`() async throws {
        try await RelyingParty.run { (party) async throws in
            let claims = json(party.claims)
            for algorithm in ["none", "None", "NONE", ""] {
                let header = json(["alg": algorithm, "kid": "first"])
                let unsigned = "\(base64URL(Data(header.utf8))).\(base64URL(Data(claims.utf8)))."
                #expect(await party.refusal(unsigned) == .malformedToken)
                #expect(await party.refusal(unsigned + "AAAA") == .unacceptableAlgorithm)
            }
            guard case .rsa(let key) = party.key.kind else { return }
            let header = json(["alg": "HS256", "kid": "first"])
            let signed = "\(base64URL(Data(header.utf8))).\(base64URL(Data(claims.utf8)))"
            for secret in [Data(key.publicKey.pemRepresentation.utf8), key.publicKey.derRepresentation] {
                let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: secret))
                #expect(await party.refusal("\(signed).\(base64URL(Data(code)))") == .unacceptableAlgorithm)
            }
        }
    }

    @Test func `a key is good under its own name and for its own algorithm only`() async throws {
        try await RelyingParty.run({ $0.algorithms = [.rs256, .ps256, .es256] }) { party in
            let (first, second, curve) = (party.key, SigningKey.rsa("second", 1), SigningKey.p256("curve"))
            party.issuer.publish(first, second, curve)
            #expect(await party.refusal(second.token(party.claims)) == nil)
            #expect(await party.refusal(curve.token(party.claims)) == nil)
            #expect(await party.refusal(second.named("first").token(party.claims)) == .invalidSignature)
            #expect(await party.refusal(first.named("second").token(party.claims)) == .invalidSignature)
            #expect(await party.refusal(first.named("curve").token(party.claims)) == .unacceptableAlgorithm)
            #expect(await party.refusal(curve.named("first").token(party.claims)) == .unacceptableAlgorithm)
            // The right key, but the signature is of another kind than the header says.
            let mixed = first.token(json(party.claims), header: #"{"alg":"PS256","kid":"first"}"#, algorithm: "RS256")
            #expect(await party.refusal(mixed) == .invalidSignature)
        }
    }

    @Test func `a key that names its algorithm or use is held to it`() async throws {
        try await RelyingParty.run({ $0.algorithms = [.rs256, .ps256] }) { party in
            let (one, two, three) = (SigningKey.rsa("one"), SigningKey.rsa("two", 1), SigningKey.rsa("three", 2))
            party.issuer.publish(jwks: [
                one.jwk.merging(["alg": "PS256"]) { $1 }, two.jwk.merging(["use": "enc"]) { $1 },
                three.jwk.merging(["d": "AQAB"]) { $1 }, ["kty": "oct", "kid": "four", "k": "AAAA"],
                ["kty": "EC", "crv": "secp256k1", "kid": "five", "x": "AA", "y": "AA"],
            ])
            #expect(await party.refusal(one.token(party.claims)) == .unacceptableAlgorithm)
            #expect(await party.refusal(one.token(party.claims, header: ["alg": "PS256"])) == nil)
            #expect(await party.refusal(two.token(party.claims)) == .unknownKey)
            #expect(await party.refusal(three.token(party.claims)) == .unknownKey)
        }
    }

    @Test func `a key that the token brings along is never looked at`() async throws {
        try await RelyingParty.run { (party) async throws in
            let own = SigningKey.rsa("own", 1)
            let headers: [[String: Any]] = [
                ["jwk": own.jwk], ["jku": "\(party.issuer.url)/keys"], ["x5u": "\(party.issuer.url)/keys"],
                ["x5c": ["AAAA"]],
            ]
            for header in headers {
                #expect(await party.refusal(own.token(party.claims, header: header)) == .unknownKey)
                #expect(
                    await party.refusal(own.named("first").token(party.claims, header: header)) == .invalidSignature
                )
            }
        }
    }

    @Test func `a header that asks for more than is known is refused`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await party.refusal([:], header: ["crit": ["exp"]]) == .criticalExtension)
            #expect(await party.refusal([:], header: ["crit": [String]()]) == .criticalExtension)
            #expect(await party.refusal([:], header: ["b64": false]) == .criticalExtension)
            #expect(await party.refusal([:], header: ["typ": "at+jwt"]) == .unacceptableType)
            #expect(await party.refusal([:], header: ["typ": "logout+jwt"]) == .unacceptableType)
            #expect(await party.refusal([:], header: ["typ": 1]) == .malformedToken)
            #expect(await party.refusal([:], header: ["typ": "jwt"]) == nil)
            #expect(await party.refusal([:], header: ["alg": ["RS256"]]) == .malformedToken)
            #expect(await party.refusal([:], header: ["kid": 1]) == .malformedToken)
            #expect(await party.refusal([:], header: ["kid": ""]) == .malformedToken)
            #expect(await party.refusal([:], header: ["kid": "../../first"]) == .unknownKey)
            let nameless = party.key.token(json(party.claims), header: #"{"alg":"RS256"}"#)
            #expect(await party.refusal(nameless) == .unnamedKey)
        }
    }

    @Test func `a member named twice is refused, however it is written`() async throws {
        try await RelyingParty.run { (party) async throws in
            let (header, claims) = (#"{"alg":"RS256","kid":"first"}"#, json(party.claims))
            #expect(await party.refusal(party.key.token(claims, header: header)) == nil)
            for double in [#""sub":"eve","#, #""\u0073ub":"eve","#, #""iss":"https://eve.test","#] {
                let token = party.key.token("{" + double + claims.dropFirst(), header: header)
                #expect(await party.refusal(token) == .malformedToken)
            }
            for header in [#"{"alg":"none","alg":"RS256","kid":"first"}"#, #"{"alg":"RS256","kid":"x","kid":"first"}"#]
            {
                #expect(await party.refusal(party.key.token(claims, header: header)) == .malformedToken)
            }
        }
    }

    @Test func `only the compact form is a token`() async throws {
        try await RelyingParty.run { (party) async throws in
            let token = party.key.token(party.claims)
            let parts = token.split(separator: ".").map(String.init)
            let others = [
                "", ".", "..", "...", parts[0], "\(parts[0]).\(parts[1])", "\(token).\(parts[2])", "\(token)=",
                "\(token)\n",
                " \(token)", token.replacing(".", with: ".."), "\(parts[0])=.\(parts[1]).\(parts[2])",
                "\(parts[0]).\(parts[1]).\(parts[2].replacing("_", with: "/").replacing("-", with: "+"))=",
                json(["protected": parts[0], "payload": parts[1], "signature": parts[2]]),
                party.key.token("[]", header: #"{"alg":"RS256","kid":"first"}"#),
                party.key.token("{}x", header: #"{"alg":"RS256","kid":"first"}"#),
                party.key.token(party.claims(with: ["padding": String(repeating: "x", count: 16 * 1024)])),
            ]
            for other in others { #expect(await party.refusal(other) == .malformedToken) }
        }
    }

    private func logoutToken(_ party: RelyingParty) -> String {
        party.key.token(LogoutTokenTests.claims(party))
    }
}
