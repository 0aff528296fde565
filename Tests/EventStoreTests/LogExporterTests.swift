import EventStore
import Foundation
import Postgres
import TestSupport
import Testing
import TransparencyLog

struct LogExporterTests {
    /// A log that two tenants append to at the same time, so that commits hold events of both.
    private final class Desk: Sendable {
        let database: TestDatabase
        let tenants: [Tenant]
        let signer: HeadSigner
        let verifier: ExportVerifier
        let folder: String

        init(_ database: TestDatabase) async throws {
            self.database = database
            tenants = [try await database.makeTenant(), try await database.makeTenant()]
            signer = try HeadSigner(newKeyFor: "example.com/daybook")
            verifier = ExportVerifier(try HeadVerifier(publicKey: signer.publicKey))
            folder = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)").path
            // One after another, so that there are several commits.
            for _ in 0..<4 { try await append(commands: 20) }
        }

        deinit {
            // Nobody looks there any more.
            try? FileManager.default.removeItem(atPath: folder)
        }

        func append(commands count: Int) async throws {
            let log = database.log()
            let tenants = tenants
            let streams = (0..<5).map { _ in UUID.v7() }
            try await withThrowingTaskGroup { group in
                for number in 0..<count {
                    group.addTask {
                        let tenant = tenants[number % 2]
                        var command = Commands.post(to: streams[number % 5], of: tenant, payload: randomBytes(20))
                        command.events += (0..<number % 3).map { _ in
                            var event = command.events[0]
                            event.id = .v7()
                            return event
                        }
                        _ = try await log.append(command, to: tenant.partition)
                    }
                }
                try await group.waitForAll()
            }
        }

        /// Exports with pages that cut commits and segments of the log in two.
        func export(
            _ name: String,
            for tenant: Tenant,
            from first: Position = 1,
            to head: SignedTreeHead
        ) async throws {
            let (signer, folder) = (signer, "\(folder)/\(name)")
            try await database.pool(as: .projector).withConnection { connection in
                _ = try LogExporter(on: connection, page: 7).export(
                    tenant,
                    from: first,
                    to: head,
                    publicKey: signer.publicKey,
                    into: folder
                )
            }
        }

        func verify(
            _ name: String,
            from first: Position = 1,
            against kept: [SignedTreeHead] = []
        ) throws -> ExportReport {
            try verifier.verify("\(folder)/\(name)", from: first, against: kept)
        }

        func fault(_ name: String) -> ExportFault? { #expect(throws: ExportFault.self) { try verify(name) } }

        func head() async throws -> SignedTreeHead {
            let signer = signer
            return try await database.pool(as: .projector).withConnection { connection in
                try LogHead.sign(Partition(0), by: signer, on: connection)
            }
        }

        func query<Value: PostgresDecodable & Sendable>(_ sql: SQL, as type: Value.Type) async throws -> [Value] {
            try await database.pool().query(sql, as: type)
        }

        func change(_ script: String) async throws {
            try await database.pool().withConnection { try $0.executeScript(script) }
        }
    }

    private func desk(_ body: (Desk) async throws -> Void) async throws {
        try await TestDatabase.run { database in try await body(Desk(database)) }
    }

    @Test func `an export of the whole log is whole, for each tenant`() async throws {
        try await desk { desk in
            let head = try await desk.head()
            let commits = try await desk.query("SELECT count(*) FROM es.commits", as: Int.self)
            for (index, tenant) in desk.tenants.enumerated() {
                try await desk.export("\(index)", for: tenant, to: head)
                let report = try desk.verify("\(index)")
                let own = try await desk.query(
                    "SELECT count(*) FROM es.events WHERE tenant = \(tenant.id)",
                    as: Int.self
                )
                #expect(report.manifest.tenant == tenant.id)
                #expect([report.events] == own && [report.commits] == commits)
                #expect(Int64(report.events + report.leaves) == head.head.size)
            }
        }
    }

    @Test func `an export begins with the commit that holds the position, and goes on from older heads`() async throws {
        try await desk { desk in
            let old = try await desk.head()
            try await desk.append(commands: 30)
            let head = try await desk.head()
            let commits = try await desk.query(
                "SELECT ARRAY[first_position, last_position] FROM es.commits ORDER BY last_position",
                as: [Position].self
            )
            for commit in commits {
                for position in Set(commit) {
                    let name = "\(commit)-\(position)"
                    try await desk.export(name, for: desk.tenants[0], from: position, to: head)
                    let covers = commit[0] - 1 <= old.head.size
                    let report = try desk.verify(name, from: position, against: covers ? [old] : [])
                    #expect(report.manifest.first == commit[0])
                }
            }
        }
    }

    @Test func `an export ends at its head, whatever was appended since`() async throws {
        try await desk { desk in
            let head = try await desk.head()
            try await desk.append(commands: 10)
            try await desk.export("old", for: desk.tenants[0], to: head)
            #expect(try desk.verify("old").manifest.last == head.head.size)
            try await #require(throws: LogExportError.nothingThere(from: head.head.size + 1)) {
                try await desk.export("new", for: desk.tenants[0], from: head.head.size + 1, to: head)
            }
        }
    }

    @Test func `an export of a log that was changed is not whole`() async throws {
        try await desk { desk in
            let head = try await desk.head()
            let own = try await desk.query(
                "SELECT max(position) FROM es.events WHERE tenant = \(desk.tenants[0].id)",
                as: Position.self
            )[0]
            try await desk.change("UPDATE es.events SET payload = 'changed' WHERE position = \(own)")
            try await desk.export("payload", for: desk.tenants[0], to: head)
            #expect(desk.fault("payload")?.reason == .leafDiffers && desk.fault("payload")?.position == own)
            // To the other tenant it is a leaf among others.
            try await desk.export("other", for: desk.tenants[1], to: head)
            _ = try desk.verify("other")

            let commit = try await desk.query(
                "SELECT ARRAY[first_position, last_position] FROM es.commits ORDER BY last_position LIMIT 1 OFFSET 1",
                as: [Position].self
            )[0]
            try await desk.change("DELETE FROM es.commits WHERE last_position = \(commit[1])")
            try await desk.export("commit", for: desk.tenants[1], to: head)
            #expect(desk.fault("commit")?.reason == .commitOutOfPlace && desk.fault("commit")?.position == commit[0])
        }
    }

    @Test func `a log with a gap is not exported`() async throws {
        try await desk { desk in
            let head = try await desk.head()
            try await desk.change("DELETE FROM es.events WHERE position = 20")
            try await #require(throws: LogExportError.ends(at: 19)) {
                try await desk.export("gap", for: desk.tenants[0], to: head)
            }
        }
    }
}
