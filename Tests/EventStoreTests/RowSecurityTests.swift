import EventStore
import Foundation
import Postgres
import TestSupport
import Testing

/// What each role can see and do, by the database's own rules.
struct RowSecurityTests {
    private static let tenantTables = ["events", "streams", "counters", "outcomes", "tenants", "subject_keys"]

    /// Two tenants in one partition, each with a row in every table.
    private static func fill(_ database: TestDatabase) async throws -> (ours: Tenant, theirs: Tenant) {
        let tenants = (try await database.makeTenant(), try await database.makeTenant())
        let log = database.log()
        let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
        for tenant in [tenants.0, tenants.1] {
            let command = Commands.post(to: .v7(), of: tenant, counters: [CounterMove(.v7(), .add(1, max: 5))])
            _ = try await log.append(command, to: tenant.partition)
            _ = try await keyring.current(of: .v7(), in: tenant.id)
        }
        return tenants
    }

    @Test(arguments: [
        (TestDatabase.Role.gateway, ["events", "streams", "counters", "tenants", "subject_keys"]),
        (.auditor, ["events", "streams", "counters", "outcomes", "tenants"]),
    ])
    func `a tenant's role sees its own rows and no others`(_ role: TestDatabase.Role, _ tables: [String]) async throws {
        try await TestDatabase.run { database in
            let (ours, _) = try await Self.fill(database)
            let pool = database.pool(as: role)
            for table in tables {
                let count: SQL = "SELECT count(*) FROM es.\(raw: table)"
                #expect(try await pool.query(count, as: Int.self) == [0], "no tenant, \(table)")
                for (tenant, rows) in [(ours.id, 1), (UUID.v7(), 0)] {
                    let seen = try await pool.pipeline(
                        ["SELECT set_config('daybook.tenant', \(tenant.uuidString), true)", count]
                    ) { (results) throws(PostgresError) in try results[1].decode(Int.self) }
                    #expect(seen == [rows], "\(table)")
                }
                #expect(
                    try await pool.query(count, as: Int.self) == [0],
                    "the setting ends with its transaction, \(table)"
                )
            }
        }
    }

    @Test func `the projector sees all tenants' events`() async throws {
        try await TestDatabase.run { database in
            _ = try await Self.fill(database)
            let pool = database.pool(as: .projector)
            #expect(try await pool.query("SELECT count(*) FROM es.events", as: Int.self) == [2])
        }
    }

    @Test func `the gateway reads a stream of its tenant and not of another`() async throws {
        try await TestDatabase.run { database in
            let (ours, theirs) = try await Self.fill(database)
            let log = database.log(reader: .gateway)
            let own = try await log.read(of: ours, after: 0, limit: 10)
            #expect(own.count == 1 && own[0].recordedAt > 0)
            #expect(try await log.read(stream: own[0].stream, of: theirs, after: 0) == [])
            #expect(try await log.read(ours.partition, after: 0, limit: 10) == [])
            #expect(try await log.tenant(ours.id) == ours)
            #expect(try await log.currentHeads()[ours.partition] == 2)
        }
    }

    @Test(arguments: [TestDatabase.Role.appender, .projector, .gateway, .auditor])
    func `no role reaches a child table`(_ role: TestDatabase.Role) async throws {
        try await TestDatabase.run { database in
            let children = try await database.pool().query(
                "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'es' AND relispartition AND relkind = 'r'",
                as: String.self
            )
            #expect(children.count == 20)
            let pool = database.pool(as: role)
            for child in children {
                for statement in ["SELECT * FROM", "DELETE FROM", "TRUNCATE"] {
                    await Self.expectDenied("\(raw: statement) es.\(raw: child)", pool)
                }
            }
        }
    }

    @Test(arguments: [TestDatabase.Role.appender, .projector, .gateway, .auditor])
    func `no role writes a table of the log`(_ role: TestDatabase.Role) async throws {
        try await TestDatabase.run { database in
            let pool = database.pool(as: role)
            for table in Self.tenantTables + ["heads", "commits", "types"] {
                await Self.expectDenied("DELETE FROM es.\(raw: table)", pool)
                await Self.expectDenied("TRUNCATE es.\(raw: table) CASCADE", pool)
            }
            if role == .appender {
                for table in Self.tenantTables + ["commits"] {
                    await Self.expectDenied("SELECT * FROM es.\(raw: table)", pool)
                }
            }
        }
    }

    @Test(arguments: [TestDatabase.Role.projector, .gateway, .auditor])
    func `only the appender appends`(_ role: TestDatabase.Role) async throws {
        try await TestDatabase.run { database in
            let tenant = try await database.makeTenant()
            _ = try await database.log().append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            let log = database.log {
                $0.appender = database.configuration(as: role)
                $0.patience = .milliseconds(100)
            }
            await #expect(throws: AppendError.self) {
                try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition)
            }
            #expect(try await database.log().currentHeads()[tenant.partition] == 1)
            await Self.expectDenied("SELECT es.make_partition(9)", database.pool(as: role))
        }
    }

    private static func expectDenied(_ statement: SQL, _ pool: PostgresPool) async {
        let error = await #expect(throws: PostgresError.self, "\(statement.text)") { try await pool.execute(statement) }
        #expect(error?.sqlState == .insufficientPrivilege, "\(statement.text)")
    }
}
