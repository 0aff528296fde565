import Crypto
import EventStore
import Foundation
import Postgres
import TestSupport
import Testing

struct KeyringTests {
    @Test func `a subject has one key, whoever asks first`() async throws {
        try await TestDatabase.run { database in
            let (subject, tenant) = (UUID.v7(), UUID.v7())
            let keyrings = (0..<4).map { _ in Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            }
            let keys = try await withThrowingTaskGroup(of: Keyring.Current?.self) { group in
                for keyring in keyrings { group.addTask { try await keyring.current(of: subject, in: tenant) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(keys.map { $0?.id }).count == 1 && keys.allSatisfy { $0?.key == keys[0]?.key })
            let other = try await keyrings[0].current(of: subject, in: .v7())
            #expect(other?.key != keys[0]?.key, "a subject of another tenant is someone else")
        }
    }

    @Test func `a key is loaded by its id, also on a projector's connection`() async throws {
        try await TestDatabase.run { database in
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let current = try #require(try await keyring.current(of: .v7(), in: .v7()))
            let unknown = UUID.v7()

            let fresh = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            #expect(fresh.cached(current.id) == nil)
            try await fresh.load([current.id, unknown])
            #expect(fresh.key(current.id) == current.key)
            guard case .destroyed = fresh.cached(unknown) else {
                Issue.record("an id that is not there counts as destroyed")
                return
            }

            let projector = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            try await database.pool(as: .projector).withConnection { connection in
                try projector.load([current.id], on: connection)
            }
            #expect(projector.key(current.id) == current.key)
        }
    }

    @Test func `a destroyed key is gone for good`() async throws {
        try await TestDatabase.run { database in
            let (subject, tenant) = (UUID.v7(), UUID.v7())
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let current = try #require(try await keyring.current(of: subject, in: tenant))
            try await database.destroyKeys(of: subject, in: tenant, telling: keyring)
            let stranger = UUID.v7()
            try await database.destroyKeys(of: stranger, in: tenant, telling: keyring)

            let fresh = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            for keyring in [keyring, fresh] {
                #expect(try await keyring.current(of: subject, in: tenant)?.id == nil)
                #expect(
                    try await keyring.current(of: stranger, in: tenant)?.id == nil,
                    "forgotten before there was a key"
                )
                try await keyring.load([current.id])
                #expect(keyring.cached(current.id) != nil && keyring.key(current.id) == nil)
            }
            let left = try await database.pool().query(
                "SELECT count(*) FROM es.subject_keys WHERE wrapped IS NOT NULL",
                as: Int.self
            )
            #expect(left == [0])
        }
    }

    @Test func `a process that has the key cached forgets it within two seconds of its end`() async throws {
        try await TestDatabase.run { database in
            let (subject, tenant) = (UUID.v7(), UUID.v7())
            func keyring() -> Keyring { Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)) }
            let (mine, theirs) = (keyring(), keyring())
            let current = try #require(try await theirs.current(of: subject, in: tenant))
            let other = try #require(try await theirs.current(of: .v7(), in: tenant))
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await theirs.run(logger: database.logger) }
                group.addTask {
                    // So that it has asked once before.
                    try await Task.sleep(for: .milliseconds(200))
                    try await database.destroyKeys(of: subject, in: tenant, telling: mine)
                    let end = ContinuousClock.now
                    while theirs.key(current.id) != nil, .now - end < .seconds(10) {
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    #expect(.now - end < .seconds(2))
                }
                // The second of the two; the first ends when it is cancelled.
                _ = await group.nextResult()
                group.cancelAll()
            }
            #expect(try await theirs.current(of: subject, in: tenant)?.id == nil)
            #expect(theirs.key(other.id) == other.key, "nobody else is forgotten")
        }
    }

    @Test func `only the projector destroys keys`() async throws {
        try await TestDatabase.run { database in
            for role in [TestDatabase.Role.appender, .gateway, .auditor] {
                await #expect(throws: PostgresError.self) {
                    try await database.pool(as: role).withConnection { connection throws(PostgresError) in
                        try connection.execute(Keyring.destroying(.v7(), in: .v7())).count
                    }
                }
            }
        }
    }

    @Test func `another master key opens nothing`() async throws {
        try await TestDatabase.run { database in
            let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
            let current = try #require(try await keyring.current(of: .v7(), in: .v7()))
            let other = Keyring(masterKey: MasterKeys(.random()), pool: database.pool(as: .appender))
            await #expect(throws: PostgresError.self) { try await other.load([current.id]) }
        }
    }

    @Test func `the cache forgets what is old and what is too much`() async throws {
        try await TestDatabase.run { database in
            let pool = database.pool(as: .appender)
            let small = Keyring(masterKey: database.masterKey, pool: pool, capacity: 4)
            var ids: [UUID] = []
            for _ in 0..<10 { ids.append(try #require(try await small.current(of: .v7(), in: .v7())).id) }
            #expect(small.cached(ids[0]) == nil && small.cached(ids[9]) != nil)
            let brief = Keyring(masterKey: database.masterKey, pool: pool, maximumAge: .zero)
            let current = try #require(try await brief.current(of: .v7(), in: .v7()))
            #expect(brief.cached(current.id) == nil)
        }
    }
}

extension Keyring {
    fileprivate func key(_ id: UUID) -> SymmetricKey? {
        if case .key(let key) = cached(id) { key } else { nil }
    }
}
