import EventStore
import Foundation
import Postgres
import TestSupport
import Testing

/// Every change that someone with the database in hands makes behind the log's back, one column at a time.
struct LogVerifierTests {
    /// Each changes one value in the middle of the log.
    private static let changes: [String] = [
        "UPDATE es.events SET position = 1000 WHERE position = 3",
        "UPDATE es.events SET position = -3 WHERE position = 3",
        "UPDATE es.events SET version = 100 WHERE position = 3",
        "UPDATE es.events SET tenant = gen_random_uuid() WHERE position = 3",
        "UPDATE es.events SET stream = gen_random_uuid() WHERE position = 3",
        "UPDATE es.events SET event = gen_random_uuid() WHERE position = 3",
        "UPDATE es.events SET partition = 1 WHERE position = 3",
        "UPDATE es.events SET type = 2 WHERE position = 3",
        "UPDATE es.events SET leaf = set_byte(leaf, 5, get_byte(leaf, 5) # 1) WHERE position = 3",
        "UPDATE es.events SET command = set_byte(command, 31, get_byte(command, 31) # 1) WHERE position = 3",
        "UPDATE es.events SET metadata = set_byte(metadata, 0, get_byte(metadata, 0) # 1) WHERE position = 3",
        "UPDATE es.events SET payload = set_byte(payload, 7, get_byte(payload, 7) # 1) WHERE position = 3",
        "DELETE FROM es.events WHERE position = 3",
        "DELETE FROM es.events WHERE position = 6",
        "UPDATE es.commits SET partition = 1 WHERE last_position = 3",
        "UPDATE es.commits SET last_position = 100 WHERE last_position = 6",
        "UPDATE es.commits SET first_position = 2 WHERE last_position = 3",
        "UPDATE es.commits SET committed_at = committed_at + interval '1 microsecond' WHERE last_position = 3",
        "UPDATE es.commits SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE last_position = 3",
        "UPDATE es.commits SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE last_position = 3",
        "UPDATE es.commits SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE last_position = 6",
        "DELETE FROM es.commits WHERE last_position = 3",
        "DELETE FROM es.commits WHERE last_position = 6",
        "UPDATE es.types SET name = 'message_deleted' WHERE id = 1",
        "UPDATE es.types SET version = 7 WHERE id = 1",
        "UPDATE es.streams SET version = version + 1",
        "DELETE FROM es.streams",
        "INSERT INTO es.tree_nodes VALUES (0, 8, 0, sha256('a'))",
    ]

    /// In pages of `page` events, which end within commits and between them.
    @Test(arguments: [1, 2, 1000]) func `a changed value in any column is found`(page: Int) async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            let stream = UUID.v7()
            for _ in 0..<6 { _ = try await log.append(Commands.post(to: stream, of: tenant), to: tenant.partition) }

            let results = try await database.pool().withConnection { connection in
                try connection.execute("SELECT es.type_id('message_edited', 1)")
                return try [""]
                    + Self.changes.map { change in
                        try connection.executeScript("BEGIN; \(change)")
                        defer { connection.rollBack() }
                        return try Self.verify(on: connection, page: page) ? change : ""
                    }
            }
            #expect(results.filter { $0 != "" } == [])
        }
    }

    /// Inside the open transaction of the change.
    private static func verify(on connection: PostgresConnection, page: Int) throws -> Bool {
        var verifier = LogVerifier(on: connection, page: page)
        return try verifier.verifyInTransaction(Partition(0)).faults.isEmpty
    }

    @Test func `an untouched log has no fault`() async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            let log = database.log()
            for _ in 0..<5 { _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition) }
            let report = try await database.pool(as: .projector).withConnection { connection in
                var verifier = LogVerifier(on: connection, page: 2)
                return try verifier.verify(tenant.partition)
            }
            #expect(report.faults == [] && report.events == 5 && report.commits == 5 && report.head == 5)
        }
    }
}
