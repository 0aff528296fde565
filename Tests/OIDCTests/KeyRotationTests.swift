import Foundation
import Synchronization
import Testing

@testable import OIDC

struct KeyRotationTests {
    @Test func `a new key is followed while the old one is still good`() async throws {
        try await RelyingParty.run { (party) async throws in
            let (old, new) = (party.key, SigningKey.rsa("second", 1))
            #expect(await party.refusal(old.token(party.claims)) == nil)
            party.issuer.publish(old, new)
            party.time.advance(.seconds(10))
            #expect(await party.refusal(new.token(party.claims)) == nil)
            #expect(await party.refusal(old.token(party.claims)) == nil)
            #expect(party.issuer.requests("/keys").count == 2)
        }
    }

    @Test func `a key that was withdrawn is good for nothing from the next fetch on`() async throws {
        try await RelyingParty.run { (party) async throws in
            let (old, new) = (party.key, SigningKey.rsa("second", 1))
            #expect(await party.refusal(old.token(party.claims)) == nil)
            party.issuer.publish(new)
            party.time.advance(.seconds(10))
            #expect(await party.refusal(new.token(party.claims)) == nil)
            #expect(await party.refusal(old.token(party.claims)) == .unknownKey)
        }
    }

    @Test func `a withdrawn key is found out within the hour though nobody names another`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await party.refusal([:]) == nil)
            party.issuer.publish(.rsa("second", 1))
            party.time.advance(.seconds(3599))
            #expect(await party.refusal([:]) == nil)
            party.time.advance(.seconds(1))
            #expect(await party.refusal([:]) == .unknownKey)
        }
    }

    @Test func `the same name may come to mean another key`() async throws {
        try await RelyingParty.run { (party) async throws in
            let new = SigningKey.rsa("first", 1)
            #expect(await party.refusal([:]) == nil)
            party.issuer.publish(new)
            party.time.advance(.seconds(3600))
            #expect(await party.refusal(new.token(party.claims)) == nil)
            #expect(await party.refusal([:]) == .invalidSignature)
        }
    }

    @Test func `a thousand tokens with unknown keys cost one fetch in ten seconds`() async throws {
        try await RelyingParty.run { (party) async throws in
            let tokens = (0..<1000).map { SigningKey.ed25519("unknown-\($0)").token(LogoutTokenTests.claims(party)) }
            func storm() async -> Set<OIDCError.Code?> {
                await withTaskGroup { group in
                    for token in tokens {
                        group.addTask {
                            await errorCode { () async throws(OIDCError) in
                                _ = try await party.provider.verifyLogoutToken(token)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.insert($1) }
                }
            }
            #expect(await storm() == [.unknownKey])
            #expect(party.issuer.requests("/keys").count == 1)
            party.time.advance(.seconds(9))
            #expect(await storm() == [.unknownKey])
            #expect(party.issuer.requests("/keys").count == 1)
            party.time.advance(.seconds(1))
            #expect(await storm() == [.unknownKey])
            #expect(party.issuer.requests("/keys").count == 2)
            #expect(party.issuer.requests("/.well-known/openid-configuration").count == 1)
            // The good key has been good all the time.
            #expect(await party.refusal([:]) == nil)
        }
    }

    @Test func `a storm while the keys are away is no storm at the provider either`() async throws {
        try await RelyingParty.run { (party) async throws in
            party.issuer.setFault(.status(503), at: "/keys")
            let token = SigningKey.ed25519("unknown").token(LogoutTokenTests.claims(party))
            var asked: [Int] = []
            for _ in 0..<14 {
                for _ in 0..<20 {
                    let error = await errorCode { () async throws(OIDCError) in
                        _ = try await party.provider.verifyLogoutToken(token)
                    }
                    // Whether the key exists is not known, so it is not a refusal.
                    #expect(error?.kind == .unavailable)
                }
                asked.append(party.issuer.requests("/keys").count)
                party.time.advance(.seconds(10))
            }
            // After 10, 20, 40 and then every 60 seconds.
            #expect(asked == [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5])
        }
    }

    @Test func `keys serve on while the provider is away, but not for ever`() async throws {
        try await RelyingParty.run { (party) async throws in
            #expect(await party.refusal([:]) == nil)
            party.issuer.setFault(.status(500), at: "/keys")
            party.time.advance(.seconds(7 * 3600 - 1))
            #expect(await party.refusal([:]) == nil)
            party.time.advance(.seconds(60))
            #expect(await party.refusal([:]) == .badAnswer)
            party.issuer.setFault(nil, at: "/keys")
            party.time.advance(.seconds(60))
            #expect(await party.refusal([:]) == nil)
        }
    }
}
