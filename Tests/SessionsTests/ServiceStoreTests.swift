import Commands
import EventStore
import Events
import Foundation
import OIDC
import Sessions
import TestSupport
import Testing

/// Whose a token of a service is, and until when.
struct ServiceStoreTests {
    private static let audience = "https://daybook.example"

    /// A service with a key, and a store that asks its log.
    private struct Place {
        let control: TestControl
        let store: ServiceStore
        let signer = AssertionSigner()
        let key = CredentialID()

        init(_ database: TestDatabase) async throws {
            control = try await database.control()
            store = ServiceStore(commands: control.plane.handler, audience: ServiceStoreTests.audience)
            try await control.run(GrantService("agents-worker", scopes: [.tenantsRead]))
            try await control.run(AddServiceKey(to: "agents-worker", key: key, jwk: signer.publicJWK, expiresAt: nil))
        }

        func token(
            type: String = ServiceStore.tokenType,
            of owner: String = "agents-worker",
            for audience: String = ServiceStoreTests.audience,
            lifetime: Duration = .seconds(120),
            now: Date = Date(),
            by signer: AssertionSigner? = nil
        ) throws -> String {
            try (signer ?? self.signer).sign(
                type: type,
                owner: owner,
                audience: audience,
                lifetime: lifetime,
                now: now
            )
        }

        func expectRefused(_ token: String, _ comment: Comment, now: Date = Date()) async {
            await #expect(throws: ServiceStore.Refused.self, comment) { () async throws in
                _ = try await store.authenticate(token, now: now)
            }
        }
    }

    @Test func `a service is who signed with one of its keys, and may do what it was granted`() async throws {
        try await TestDatabase.run { database in
            let place = try await Place(database)
            let token = try place.token()
            for _ in 0..<2 {
                let caller = try await place.store.authenticate(token)
                #expect(caller.name == "agents-worker" && caller.scopes == [.tenantsRead] && caller.key == place.key)
            }
        }
    }

    @Test func `what is not signed so, for us, now and for this purpose, is refused`() async throws {
        try await TestDatabase.run { database in
            let place = try await Place(database)
            try await place.control.run(GrantService("idle", scopes: [.tenantsRead]))
            await place.expectRefused("eyJ", "no token")
            await place.expectRefused(try place.token(by: AssertionSigner()), "somebody else's key")
            await place.expectRefused(try place.token(of: "idle"), "the key of another service")
            await place.expectRefused(try place.token(of: "nobody"), "nobody is called so")
            await place.expectRefused(try place.token(of: "No body"), "no name")
            await place.expectRefused(try place.token(for: "https://other.example"), "for somebody else")
            await place.expectRefused(try place.token(type: "jwt"), "an agent's assertion")
            await place.expectRefused(try place.token(lifetime: .seconds(301)), "good for too long")
            await place.expectRefused(try place.token(now: Date(timeIntervalSinceNow: -600)), "run out")
            await place.expectRefused(try place.token(now: Date(timeIntervalSinceNow: 600)), "not yet")
        }
    }

    @Test func `a key that is revoked is good for nothing within a second, and so is a service that is retired`()
        async throws
    {
        try await TestDatabase.run { database in
            let place = try await Place(database)
            // Another process, which has seen both.
            let other = ServiceStore(commands: place.control.plane.handler, audience: Self.audience)
            let token = try place.token()
            _ = try await other.authenticate(token)
            let (next, nextKey) = (AssertionSigner(), CredentialID())
            try await place.control.run(
                AddServiceKey(to: "agents-worker", key: nextKey, jwk: next.publicJWK, expiresAt: nil)
            )
            try await place.control.run(RevokeServiceKey(of: "agents-worker", key: place.key))
            // Longer than what was asked stays fresh.
            try await Task.sleep(for: .milliseconds(600))
            await place.expectRefused(token, "its key is revoked")
            let overlapping = try place.token(by: next)
            #expect(try await other.authenticate(overlapping).key == nextKey)
            try await place.control.run(GrantService("agents-worker", scopes: [.usageWrite]))
            try await Task.sleep(for: .milliseconds(600))
            #expect(try await other.authenticate(overlapping).scopes == [.usageWrite])
            try await place.control.run(RetireService("agents-worker"))
            try await Task.sleep(for: .milliseconds(600))
            await #expect(throws: ServiceStore.Refused.self) { () async throws in
                _ = try await other.authenticate(overlapping)
            }
        }
    }

    @Test func `a key is registered once, to a service that is there, and runs out by itself`() async throws {
        try await TestDatabase.run { database in
            let place = try await Place(database)
            func refusal(_ command: AddServiceKey) async throws -> String? {
                do {
                    try await place.control.run(command)
                    return nil
                } catch CommandError.refused(let refusal) { return refusal.code }
            }
            let (jwk, now) = (place.signer.publicJWK, Timestamp.now)
            #expect(
                try await refusal(AddServiceKey(to: "agents-worker", jwk: jwk, expiresAt: nil)) == "service.key_exists"
            )
            #expect(try await refusal(AddServiceKey(to: "nobody", jwk: jwk, expiresAt: nil)) == "service.not_found")
            let next = AssertionSigner()
            let past = AddServiceKey(to: "agents-worker", jwk: next.publicJWK, expiresAt: now)
            #expect(try await refusal(past) == "service.key_expired")
        }
    }
}
