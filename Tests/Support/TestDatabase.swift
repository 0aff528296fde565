package import EventStore
internal import Events
internal import Foundation
package import Logging
internal import Migrations
package import Postgres
internal import Projections
internal import Sessions
internal import Synchronization

/// A fresh, migrated product database for one test, on the server that `DAYBOOK_TEST_POSTGRES` names (a superuser's
/// conninfo); dropped when the test is over.
///
///     @Test func `an event comes back`() async throws {
///         try await TestDatabase.run { database in
///             let tenant = try await database.makeTenant()
///             let log = database.log()
///             …
///         }
///     }
///
/// It is a copy of a template, which is migrated once for each state of the schema.
package final class TestDatabase: Sendable {
    package enum Role: String, Sendable, CaseIterable {
        case appender, projector, gateway, auditor
        /// The superuser of the test server; row-level security does not bind it.
        case superuser
    }

    package enum SetUpError: Error, CustomStringConvertible {
        case noServer

        package var description: String { "set DAYBOOK_TEST_POSTGRES to a superuser's conninfo" }
    }

    package let name: String
    package let masterKey = MasterKeys(.random())
    package let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private let server: TestServer
    private let opened = Mutex<[@Sendable () async -> Void]>([])

    private init(name: String, server: TestServer) {
        self.name = name
        self.server = server
    }

    /// Lends a database to `body`; afterwards closes what was opened through it, and drops it.
    package static func run<Value>(
        _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let server = try TestServer.shared.get()
        await server.gate.enter()
        do {
            let database = TestDatabase(name: try await server.makeDatabase(), server: server)
            let result: Result<Value, any Error>
            do { result = .success(try await body(database)) } catch { result = .failure(error) }
            await database.close()
            try await server.drop(database.name)
            await server.gate.leave()
            return try result.get()
        } catch {
            await server.gate.leave()
            throw error
        }
    }

    /// How to connect to this database.
    package func configuration(as role: Role = .superuser) -> PostgresConfiguration {
        var configuration = server.configuration
        configuration.database = name
        configuration.applicationName = name
        if role != .superuser { configuration.user = "daybook_\(role.rawValue)" }
        return configuration
    }

    /// A log over this database, closed at the end of the test.
    package func log(
        reader: Role = .projector,
        _ change: (inout EventLog.Configuration) -> Void = { _ in }
    ) -> EventLog {
        var configuration = EventLog.Configuration(
            appender: configuration(as: .appender),
            reader: configuration(as: reader)
        )
        change(&configuration)
        let log = EventLog(configuration, logger: logger)
        opened.withLock { $0.append { await log.close() } }
        return log
    }

    /// A pool of connections to this database, closed at the end of the test.
    package func pool(as role: Role = .superuser, size: Int = 1) -> PostgresPool {
        let pool = PostgresPool(configuration(as: role).keepingPlans(), size: size, queueLimit: 10_000)
        opened.withLock { $0.append { await pool.close() } }
        return pool
    }

    /// A new folder, removed at the end of the test.
    package func folder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // What is left of it lies where the system clears up.
        opened.withLock { $0.append { try? FileManager.default.removeItem(atPath: folder) } }
        return folder
    }

    /// A new tenant, placed in a partition.
    package func makeTenant(partition: Partition = Partition(0)) async throws -> Tenant {
        let tenant = Tenant(id: .v7(), partition: partition)
        try await server.administration.withConnection(timeout: .seconds(120)) { [configuration = configuration()] _ in
            let connection = try PostgresConnection(configuration)
            try connection.execute("SELECT es.place_tenant(\(tenant.id), \(tenant.partition.number))")
        }
        return tenant
    }

    /// A control plane beside this database, gone at the end of the test.
    package func control() async throws -> TestControl {
        let name = try await server.makeDatabase(of: "control")
        opened.withLock {
            $0.append { [server] in  // What cannot be dropped goes with the server.
                try? await server.drop(name)
            }
        }
        let configuration: @Sendable (Role) -> PostgresConfiguration = { role in
            var configuration = self.configuration(as: role)
            configuration.database = name
            return configuration
        }
        let plane = ControlPlane(
            .init(appender: configuration(.appender), gateway: configuration(.gateway)),
            masterKey: masterKey,
            logger: logger
        )
        var projecting = Projector.Configuration(
            postgres: configuration(.projector),
            partitions: [Tenant.installation.partition]
        )
        projecting.set = .control
        projecting.name = "registrar"
        let projector = Projector(
            projecting,
            log: plane.log,
            codec: plane.codec,
            progress: plane.reads.progress,
            logger: logger
        )
        let running = Task { try await projector.run() }
        opened.withLock { opened in
            opened.append {
                running.cancel()
                _ = await running.result
                await plane.close()
            }
        }
        return TestControl(plane, projector: running, configuration: configuration) { close in
            self.opened.withLock { $0.append(close) }
        }
    }

    /// The folders of SQL that make the product database.
    package static var schema: [String] { schema(of: "product") }

    /// Those of a logical database, such as `control`.
    package static func schema(of database: String) -> [String] {
        ["log", database].map {
            URL(fileURLWithPath: #filePath).appending(path: "../../../schema/\($0)").standardizedFileURL.path
        }
    }

    private func close() async {
        let opened = opened.withLock { opened in
            defer { opened = [] }
            return opened
        }
        for close in opened.reversed() { await close() }
    }
}
