import Crypto
import Foundation
import Testing

@testable import OIDC

struct PublicKeyTests {
    private let ed25519 = ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
    private let p256 = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]

    private func key(_ members: [String: Any]) throws(OIDCError) -> PublicKeyJWK {
        try PublicKeyJWK(json: Array(json(members).utf8))
    }

    private func isRefused(_ members: [String: Any], with changes: [String: Any?] = [:]) -> Bool {
        var members = members
        for (name, value) in changes { members[name] = value }
        do throws(OIDCError) {
            _ = try key(members)
            return false
        } catch {
            return error.code == .invalidKey
        }
    }

    @Test func `thumbprints are those of the standards`() throws {
        // RFC 8037 A.3.
        #expect(try key(ed25519).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(
            try key(ed25519.merging(["kid": "k", "use": "sig", "alg": "EdDSA"]) { $1 }).thumbprint
                == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        )
        // RFC 7638 §3.1, whose key is of a kind that agents do not have.
        let modulus =
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o"
            + "knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgd"
            + "AZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFC"
            + "ur-kEgU8awapJzKnqDKgw"
        let members = ["e": "AQAB", "kty": "RSA", "n": modulus]
        #expect(JWKThumbprint.sha256(members) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(isRefused(members))
    }

    @Test func `signatures of the standards are verified`() throws {
        // RFC 8037 A.4.
        let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        try expectOneSignature(signature, of: signed, by: key(ed25519))
        // RFC 7515 A.3.
        let other =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            + "Ijp0cnVlfQ"
        try expectOneSignature(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
            of: other,
            by: key(p256)
        )
    }

    /// The signature is good, and no other one that differs in a bit.
    private func expectOneSignature(_ text: String, of signed: String, by key: PublicKeyJWK) throws {
        let (signature, signed) = (try #require(Base64URL.decode(text)), Array(signed.utf8))
        #expect(key.verifies(signature, of: signed))
        for bit in 0..<signature.count * 8 {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.verifies(changed, of: signed))
        }
        #expect(!key.verifies(signature, of: signed + [0]))
        #expect(!key.verifies(signature + [0], of: signed))
        #expect(!key.verifies([], of: signed))
    }

    @Test func `a provider's keys verify the standard's token too`() async throws {
        // RFC 7515 A.3, by the way that ID tokens take; the header of that example names no key.
        let set = try await KeySet(Array(json(["keys": [p256.merging(["kid": "k"]) { $1 }]]).utf8))
        let text =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            + "Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        let token = try SignedToken(text, types: [])
        #expect(set.keys(named: "k", fitting: .es256).map { $0.verifies(token, .es256) } == [true])
        #expect(token.claims.members["iss"] == .string("joe"))
    }

    @Test func `a key that holds anything secret is refused`() {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            #expect(isRefused(ed25519, with: [name: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"]))
            #expect(isRefused(p256, with: [name: NSNull()]))
        }
    }

    @Test func `a key is of the two kinds, whole and for signing`() {
        #expect(!isRefused(ed25519, with: ["x5t": "ignored", "use": "sig", "key_ops": ["verify"], "kid": "k"]))
        #expect(isRefused(ed25519, with: ["crv": "X25519"]))
        #expect(isRefused(ed25519, with: ["kty": "EC"]))
        #expect(isRefused(ed25519, with: ["kty": nil]))
        #expect(isRefused(ed25519, with: ["use": "enc"]))
        #expect(isRefused(ed25519, with: ["key_ops": ["sign"]]))
        #expect(isRefused(ed25519, with: ["alg": "ES256"]))
        #expect(isRefused(ed25519, with: ["kid": 1]))
        #expect(isRefused(ed25519, with: ["kid": ""]))
        #expect(isRefused(ed25519, with: ["x": nil]))
        #expect(isRefused(ed25519, with: ["x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="]))
        #expect(isRefused(ed25519, with: ["x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"]))
        #expect(isRefused(p256, with: ["crv": "P-384"]))
        #expect(isRefused(p256, with: ["alg": "ES384"]))
        #expect(isRefused(p256, with: ["y": nil]))
        #expect(isRefused(["kty": "oct", "k": "AAAA"]))
        let double = #"{"kty":"OKP","crv":"Ed25519","x":"\#(ed25519["x"]!)","x":"\#(ed25519["x"]!)"}"#
        #expect(throws: OIDCError.self) { try PublicKeyJWK(json: Array(double.utf8)) }
        #expect(throws: OIDCError.self) {
            try PublicKeyJWK(json: [UInt8](repeating: 0x20, count: 5000) + Array("{}".utf8))
        }
    }

    @Test func `a point of P-256 has to be on the curve`() {
        #expect(isRefused(p256, with: ["y": p256["x"]]))
        #expect(isRefused(p256, with: ["x": base64URL(Data(count: 32)), "y": base64URL(Data(count: 32))]))
        #expect(isRefused(p256, with: ["x": base64URL(Data(repeating: 0xFF, count: 32))]))
    }

    @Test func `a point of Ed25519 has to be on the curve`() {
        for _ in 0..<50 {
            #expect(Ed25519Point.isUsable(Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)))
        }
        // By another program's arithmetic.
        let on: Set = [3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 19, 21, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 35, 37, 39]
        for y in 2..<40 {
            #expect(Ed25519Point.isUsable(little(y)) == on.contains(y), "\(y)")
            #expect(Ed25519Point.isUsable(belowP(y)) == on.contains(y), "p - \(y)")
        }
        // Not below p: 3 and 4, written another way.
        #expect(!Ed25519Point.isUsable(belowP(-3)))
        #expect(!Ed25519Point.isUsable(belowP(-4)))
        #expect(!Ed25519Point.isUsable(Array(repeating: 0xFF, count: 32)))
        #expect(!Ed25519Point.isUsable([]))
    }

    @Test func `a key that anybody can sign for is refused`() throws {
        let orders: [[UInt8]] = [
            little(1), little(0), belowP(1),
            [UInt8](hex: "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            [UInt8](hex: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        ]
        for order in orders {
            for sign: UInt8 in [0, 0x80] {
                var point = order
                point[31] |= sign
                #expect(isRefused(ed25519, with: ["x": base64URL(point)]))
            }
        }
        // Crypto takes it, and a signature that needs no private key is good for every text.
        let neutral = try Curve25519.Signing.PublicKey(rawRepresentation: little(1))
        #expect(neutral.isValidSignature(little(1) + little(0), for: Data("anything".utf8)))
    }

    @Test func `a key can be kept`() throws {
        for members in [ed25519, p256, p256.merging(["kid": "k", "use": "sig", "alg": "ES256"]) { $1 }] {
            let first = try key(members)
            let data = try JSONEncoder().encode(first)
            #expect(try JSONDecoder().decode(PublicKeyJWK.self, from: data) == first)
            #expect(try PublicKeyJWK(json: data) == first)
        }
        for changes in [["d": "AAAA"], ["use": "enc"], ["x": "AAAA"], ["crv": "Ed448"]] {
            let data = try JSONEncoder().encode(ed25519.merging(changes) { $1 })
            #expect(throws: (any Error).self) { try JSONDecoder().decode(PublicKeyJWK.self, from: data) }
        }
    }

    /// 32 bytes, the least first.
    private func little(_ number: Int) -> [UInt8] { [UInt8(number)] + [UInt8](repeating: 0, count: 31) }

    private func belowP(_ number: Int) -> [UInt8] {
        [UInt8(0xED - number)] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    }
}

extension [UInt8] {
    fileprivate init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
