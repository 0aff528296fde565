import Foundation
import Testing

@testable import OIDC

struct ClerkTests {
    private struct Instance {
        let issuer: LoopbackIssuer
        let verifier: ClerkVerifier
        let time: ManualClocks
        let key = SigningKey.rsa("ins_1")

        func claims(_ changes: [String: Any?] = [:]) -> [String: Any] {
            var claims: [String: Any] = [
                "azp": "https://app.daybook.test", "exp": time.seconds + 60, "iat": time.seconds,
                "nbf": time.seconds - 10, "iss": issuer.url, "jti": "c84280120c61fa7a0ada", "sid": "sess_1",
                "sub": "user_1", "v": 2, "sts": "active", "fva": [0, -1],
            ]
            for (name, value) in changes { claims[name] = value }
            return claims
        }

        func refusal(_ changes: [String: Any?]) async -> OIDCError.Code? { await refusal(key.token(claims(changes))) }

        func refusal(_ token: String) async -> OIDCError.Code? {
            await errorCode { () async throws(OIDCError) in _ = try await verifier.verify(token) }
        }
    }

    private func run(_ test: (Instance) async throws -> Void) async throws {
        try await LoopbackIssuer.run { (issuer) async throws in
            issuer.publish(.rsa("ins_1"), .p256("curve"))
            try await withClient { client in
                let time = ManualClocks()
                let verifier = try ClerkVerifier(
                    issuer: issuer.url,
                    allowedOrigins: ["https://app.daybook.test"],
                    client: client,
                    clocks: time.clocks
                )
                try await test(Instance(issuer: issuer, verifier: verifier, time: time))
            }
        }
    }

    @Test func `a session token says who, in which organization, and what they may do there`() async throws {
        try await run { (clerk) async throws in
            let token = clerk.key.token(
                clerk.claims([
                    "fea": "o:dashboard,u:beta,o:teams,uo:billing",
                    "o": [
                        "id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage,delete", "fpm": "3,6,1",
                    ],
                    "act": ["sub": "user_support"],
                ])
            )
            let session = try await clerk.verifier.verify(token)
            #expect(session.issuer == clerk.issuer.url)
            #expect(session.userID == "user_1")
            #expect(session.sessionID == "sess_1")
            #expect(session.authorizedParty == "https://app.daybook.test")
            #expect(!session.isPending)
            #expect(session.impersonatorID == "user_support")
            #expect(session.expiresAt == Date(timeIntervalSince1970: clerk.time.seconds + 60))
            #expect(
                session.organization
                    == ClerkSession.Organization(
                        id: "org_1",
                        slug: "acme",
                        role: "admin",
                        permissions: [
                            "org:dashboard:read", "org:dashboard:manage", "org:teams:manage", "org:teams:delete",
                            "org:billing:read",
                        ]
                    )
            )
        }
    }

    @Test func `a session may be without an organization, or pending`() async throws {
        try await run { (clerk) async throws in
            let session = try await clerk.verifier.verify(
                clerk.key.token(clerk.claims(["sts": "pending", "azp": nil]))
            )
            #expect(session.isPending)
            #expect(session.organization == nil)
            #expect(session.authorizedParty == nil)
        }
    }

    @Test func `a token of another origin, instance, time or version is refused`() async throws {
        try await run { (clerk) async throws in
            let now = clerk.time.seconds
            #expect(await clerk.refusal([:]) == nil)
            #expect(await clerk.refusal(["azp": "https://eve.test"]) == .authorizedPartyMismatch)
            #expect(await clerk.refusal(["azp": "https://app.daybook.test/"]) == .authorizedPartyMismatch)
            #expect(await clerk.refusal(["iss": "https://clerk.eve.test"]) == .issuerMismatch)
            #expect(await clerk.refusal(["exp": now - 4]) == nil)
            #expect(await clerk.refusal(["exp": now - 5]) == .expired)
            #expect(await clerk.refusal(["nbf": now + 5]) == nil)
            #expect(await clerk.refusal(["nbf": now + 6]) == .notYetValid)
            #expect(await clerk.refusal(["iat": now + 6]) == .issuedInFuture)
            #expect(await clerk.refusal(["sub": nil]) == .invalidSubject)
            #expect(await clerk.refusal(["sid": nil]) == .invalidClaim)
            #expect(await clerk.refusal(["v": nil]) == .invalidClaim)
            #expect(await clerk.refusal(["v": 1]) == .invalidClaim)
            #expect(await clerk.refusal(["o": ["slg": "acme"]]) == .invalidClaim)
            #expect(await clerk.refusal(["act": "user_2"]) == .invalidClaim)
            #expect(await clerk.refusal(SigningKey.rsa("ins_1", 1).token(clerk.claims())) == .invalidSignature)
            #expect(await clerk.refusal(SigningKey.rsa("ins_2", 1).token(clerk.claims())) == .unknownKey)
            #expect(await clerk.refusal(SigningKey.p256("curve").token(clerk.claims())) == .unacceptableAlgorithm)
            #expect(
                await clerk.refusal(clerk.key.token(clerk.claims(), header: ["alg": "PS256"])) == .unacceptableAlgorithm
            )
        }
    }

    @Test func `without origins there is no verifier`() async throws {
        try await withClient { client in
            #expect(throws: OIDCError.self) {
                try ClerkVerifier(issuer: "https://clerk.test", allowedOrigins: [], client: client)
            }
            #expect(throws: OIDCError.self) {
                try ClerkVerifier(issuer: "http://clerk.test", allowedOrigins: ["https://a.test"], client: client)
            }
        }
    }
}
