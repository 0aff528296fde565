import EventStore
import Foundation
import Postgres
import TestSupport
import Testing

struct TenantSecretsTests {
    private static func secrets(_ database: TestDatabase) -> TenantSecrets {
        TenantSecrets(keyring: Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)))
    }

    @Test func `a secret opens for its tenant and purpose, in any process`() async throws {
        try await TestDatabase.run { database in
            let tenant = UUID.v7()
            let sealed = try await Self.secrets(database).seal("hush", of: tenant, for: "oidc-client-secret")
            let other = Self.secrets(database)
            #expect(try await other.open(sealed, of: tenant, for: "oidc-client-secret") == "hush")
            #expect(sealed.firstRange(of: Array("hush".utf8)) == nil)
            let again = try await other.seal("hush", of: tenant, for: "oidc-client-secret")
            #expect(again != sealed, "nobody can tell whether two secrets are the same")
        }
    }

    @Test func `it opens for no other tenant, no other purpose, and not when a bit was changed`() async throws {
        try await TestDatabase.run { database in
            let (tenant, neighbour) = (UUID.v7(), UUID.v7())
            let secrets = Self.secrets(database)
            let sealed = try await secrets.seal("hush", of: tenant, for: "oidc-client-secret")
            _ = try await secrets.seal("other", of: neighbour, for: "oidc-client-secret")
            await #expect(throws: TenantSecrets.Fault.unsealable) {
                try await secrets.open(sealed, of: neighbour, for: "oidc-client-secret")
            }
            await #expect(throws: TenantSecrets.Fault.unsealable) {
                try await secrets.open(sealed, of: tenant, for: "webhook-secret")
            }
            for place in sealed.indices {
                var changed = sealed
                changed[place] ^= 1
                await #expect(throws: TenantSecrets.Fault.unsealable, "byte \(place)") {
                    try await secrets.open(changed, of: tenant, for: "oidc-client-secret")
                }
            }
            for length in [0, 1, 17, 44, sealed.count - 1] {
                await #expect(throws: TenantSecrets.Fault.unsealable, "\(length) bytes") {
                    try await secrets.open(Array(sealed.prefix(length)), of: tenant, for: "oidc-client-secret")
                }
            }
        }
    }

    @Test func `with the tenant's key its secrets end`() async throws {
        try await TestDatabase.run { database in
            let tenant = UUID.v7()
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let secrets = TenantSecrets(keyring: keyring)
            let sealed = try await secrets.seal("hush", of: tenant, for: "oidc-client-secret")
            try await database.destroyKeys(of: tenant, in: tenant, telling: keyring)
            for secrets in [secrets, Self.secrets(database)] {
                await #expect(throws: TenantSecrets.Fault.destroyed) {
                    try await secrets.open(sealed, of: tenant, for: "oidc-client-secret")
                }
                await #expect(throws: TenantSecrets.Fault.destroyed) {
                    try await secrets.seal("hush", of: tenant, for: "oidc-client-secret")
                }
            }
        }
    }
}
