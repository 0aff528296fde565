import Crypto
import EventStore
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

struct RewrappingTests {
    private struct Killed: Error {}

    private static func keyring(_ keys: MasterKeys, _ database: TestDatabase) -> Keyring {
        Keyring(masterKey: keys, pool: database.pool(as: .appender))
    }

    private static func uses(_ database: TestDatabase) async throws -> [MasterKey.ID?: Int] {
        try await database.pool(as: .projector).withConnection { try Rewrapping.uses(on: $0) }
    }

    private static func expect(
        _ made: [Keyring.Current],
        openWith keys: MasterKeys,
        _ database: TestDatabase
    ) async throws {
        let keyring = keyring(keys, database)
        try await keyring.load(Set(made.map(\.id)))
        for current in made {
            guard case .key(current.key)? = keyring.cached(current.id) else {
                Issue.record("\(current.id) does not open to what it was")
                continue
            }
        }
    }

    @Test func `it can be killed between batches and run again`() async throws {
        try await TestDatabase.run { database in
            let keys = try RotatedKeys()
            let (before, after, old, new) = (keys.before, keys.after, keys.old, keys.new)
            let (keyring, tenant) = (Self.keyring(before, database), UUID.v7())
            var made: [Keyring.Current] = []
            for _ in 0..<25 { made.append(try #require(try await keyring.current(of: .v7(), in: tenant))) }

            await #expect(throws: Killed.self) {
                try await database.pool(as: .projector).withConnection { connection in
                    _ = try Rewrapping(after, on: connection, batch: 10).run { _ in throw Killed() }
                }
            }
            #expect(try await Self.uses(database) == [old: 15, new: 10])
            try await Self.expect(made, openWith: after, database)
            try await Self.expect(made, openWith: before, database)

            let reports = try await database.pool(as: .projector).withConnection { connection in
                [
                    try Rewrapping(after, on: connection, batch: 10).run(),
                    try Rewrapping(after, on: connection, batch: 10).run(),
                ]
            }
            #expect(reports.map(\.rewrapped) == [15, 0])
            #expect(try await Self.uses(database) == [new: 25])
            try await Self.expect(made, openWith: after, database)
        }
    }

    @Test func `it goes on beside processes that read and write, before and after the change`() async throws {
        try await TestDatabase.run { database in
            let keys = try RotatedKeys()
            let (before, after, old, new) = (keys.before, keys.after, keys.old, keys.new)
            let tenant = UUID.v7()
            let made = Made()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for keys in [before, after, before, after] {
                    let mine = Self.keyring(keys, database)
                    let reader = Keyring(masterKey: keys, pool: database.pool(as: .appender), maximumAge: .zero)
                    group.addTask {
                        for _ in 0..<30 {
                            let current = try #require(try await mine.current(of: .v7(), in: tenant))
                            // What any of them has made, wrapped as it now is.
                            try await reader.load(Set(made.adding(current).suffix(20).map(\.id)))
                        }
                    }
                }
                group.addTask {
                    while made.all.count < 120 {
                        try Task.checkCancellation()
                        try await database.pool(as: .projector).withConnection { connection in
                            let report = try Rewrapping(after, on: connection, batch: 7).run()
                            #expect(report.faulty == [])
                        }
                    }
                }
                try await group.waitForAll()
            }
            _ = try await database.pool(as: .projector).withConnection { try Rewrapping(after, on: $0).run() }
            let uses = try await Self.uses(database)
            #expect(uses == [new: 120] && uses[old] == nil)
            try await Self.expect(made.all, openWith: after, database)
        }
    }

    @Test func `a key that is destroyed meanwhile stays destroyed`() async throws {
        try await TestDatabase.run { database in
            let keys = try RotatedKeys()
            let (before, after, new) = (keys.before, keys.after, keys.new)
            let (subject, tenant) = (UUID.v7(), UUID.v7())
            _ = try await Self.keyring(before, database).current(of: subject, in: tenant)
            let stale = try await database.pool().query(
                "SELECT id, wrapped FROM es.subject_keys",
                as: (UUID, [UInt8]).self
            )[0]
            try await database.destroyKeys(of: subject, in: tenant, telling: Self.keyring(before, database))
            let changed = try await database.pool(as: .projector).query(
                "SELECT es.rewrap_subject_keys(\([stale.0]), \([stale.1]), \([stale.1]))",
                as: Int32.self
            )
            #expect(changed == [0])
            let report = try await database.pool(as: .projector).withConnection { try Rewrapping(after, on: $0).run() }
            #expect(report.rewrapped == 0 && report.faulty == [])
            #expect(try await Self.uses(database)[new] == nil)
            #expect(try await Self.keyring(after, database).current(of: subject, in: tenant)?.id == nil)
        }
    }

    @Test func `a key that was tampered with is told and left, and keeps its master key from being retired`()
        async throws
    {
        try await TestDatabase.run { database in
            let keys = try RotatedKeys()
            let (before, after, old, new) = (keys.before, keys.after, keys.old, keys.new)
            let keyring = Self.keyring(before, database)
            let first = try #require(try await keyring.current(of: .v7(), in: .v7()))
            let second = try #require(try await keyring.current(of: .v7(), in: .v7()))
            let third = try #require(try await keyring.current(of: .v7(), in: .v7()))
            try await database.pool().withConnection { connection in
                try connection.execute(
                    "UPDATE es.subject_keys SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1) WHERE id = \(first.id)"
                )
                // One row's key in the place of another's.
                try connection.execute(
                    """
                    UPDATE es.subject_keys SET wrapped = (SELECT wrapped FROM es.subject_keys WHERE id = \(third.id))
                     WHERE id = \(second.id)
                    """
                )
            }
            let report = try await database.pool(as: .projector).withConnection { try Rewrapping(after, on: $0).run() }
            #expect(Set(report.faulty) == [first.id, second.id] && report.rewrapped == 1)
            #expect(try await Self.uses(database) == [old: 2, new: 1])
            let left = try await database.pool(as: .projector).withConnection { try Rewrapping.retire(old, on: $0) }
            #expect(left == 2)
        }
    }

    @Test func `nothing is wrapped under a retired key, by whoever still holds it`() async throws {
        try await TestDatabase.run { database in
            let keys = try RotatedKeys()
            let (before, after, old, new) = (keys.before, keys.after, keys.old, keys.new)
            let (late, tenant) = (Self.keyring(before, database), UUID.v7())
            let made = try #require(try await late.current(of: .v7(), in: tenant))
            func retire() async throws -> Int {
                try await database.pool(as: .projector).withConnection { try Rewrapping.retire(old, on: $0) }
            }
            #expect(try await retire() == 1, "not while anything lies under it")
            #expect(try await late.current(of: .v7(), in: tenant) != nil, "and then it goes on being used")
            _ = try await database.pool(as: .projector).withConnection { try Rewrapping(after, on: $0).run() }
            #expect(try await retire() == 0)
            #expect(try await retire() == 0, "it can be repeated")
            await #expect(throws: PostgresError.self) { try await late.current(of: .v7(), in: tenant) }
            try await Self.expect([made], openWith: after, database)
            #expect(try await Self.keyring(after, database).current(of: .v7(), in: tenant) != nil)
            #expect(try await Self.uses(database) == [new: 3])
        }
    }

    @Test func `gateways and appenders wrap nothing anew and retire nothing`() async throws {
        try await TestDatabase.run { database in
            let keys = try RotatedKeys()
            let (after, old) = (keys.after, keys.old)
            for role in [TestDatabase.Role.appender, .gateway, .auditor] {
                let pool = database.pool(as: role)
                let rewrapping = await #expect(throws: PostgresError.self) {
                    try await pool.withConnection { _ = try Rewrapping(after, on: $0).run() }
                }
                #expect(rewrapping?.sqlState == .insufficientPrivilege)
                let retiring = await #expect(throws: PostgresError.self) {
                    try await pool.withConnection { _ = try Rewrapping.retire(old, on: $0) }
                }
                #expect(retiring?.sqlState == .insufficientPrivilege)
            }
        }
    }
}

/// The keys that several tasks have made.
private final class Made: Sendable {
    private let keys = Mutex<[Keyring.Current]>([])

    var all: [Keyring.Current] { keys.withLock { $0 } }

    func adding(_ key: Keyring.Current) -> [Keyring.Current] {
        keys.withLock { keys in
            keys.append(key)
            return keys
        }
    }
}
