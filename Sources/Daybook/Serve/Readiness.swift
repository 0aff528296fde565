internal import EventStore
internal import Foundation
internal import GatewayHTTP
internal import Migrations
internal import Postgres
internal import Projections
internal import Redis
internal import Sessions
internal import Settings
internal import Synchronization
internal import Threads

/// What a process needs to be of use, as `/readyz` asks for it.
///
/// Of several cells one that is whole is enough: a cell that is away must not take the tenants of the others with it.
struct Readiness {
    let control: ControlPlane
    let controlSchema: Migrator
    /// Whether the process projects the control log: it is ready once the registry is as far as the log was when it began.
    let keepsRegistry: Bool
    /// Each with the schema that its database is to have.
    let cells: [(cell: CellServer, schema: Migrator)]
    /// Those of the process's roles that go through partitions. A projector is ready once its read models are as far as their log was
    /// when it began.
    let projecting: Set<String>
    /// How far these may be behind the log. Gateways do not ask: to take all of them away would make an outage of what is a delay.
    let lag: @Sendable () -> Duration

    func checks() -> [HealthRoutes.Check] {
        let hasSchema = Once { [controlSchema] in try await Self.verify(controlSchema) }
        var checks = [
            HealthRoutes.Check("control database") { [control] in
                try await control.pool.query("SELECT 1", as: Int32.self) == [1]
            },
            HealthRoutes.Check("schema") { try await hasSchema.check() },
        ]
        if keepsRegistry { checks.append(Self.caughtUp("registry", control.log, control.reads)) }
        if cells.count == 1 { return checks + self.checks(of: cells[0].cell, cells[0].schema) }
        for (cell, schema) in cells {
            let parts = self.checks(of: cell, schema)
            checks.append(
                HealthRoutes.Check("cell \(cell.place.name)", oneOf: "cells") {
                    for part in parts where try await !part.run() { return false }
                    return true
                }
            )
        }
        return checks
    }

    private func checks(of cell: CellServer, _ schema: Migrator) -> [HealthRoutes.Check] {
        let hasSchema = Once { try await Self.verify(schema) }
        var checks = [
            HealthRoutes.Check("product database") {
                try await cell.product.query("SELECT 1", as: Int32.self) == [1]
            },
            HealthRoutes.Check("redis") { try await cell.redis.send(RedisCommand("PING")).string == "PONG" },
            HealthRoutes.Check("product schema") { try await hasSchema.check() },
        ]
        if projecting.contains(Serve.Role.projector.rawValue) {
            checks.append(Self.caughtUp("read models", cell.log, cell.reads))
        }
        if !projecting.isEmpty {
            checks.append(
                HealthRoutes.Check("lag") { [lag, projecting] in
                    .seconds(try await cell.partitions.lag(of: projecting)) <= lag()
                }
            )
        }
        return checks
    }

    private static func caughtUp(_ name: String, _ log: EventLog, _ reads: ReadModels) -> HealthRoutes.Check {
        let start = Mutex<[Partition: Position]?>(nil)
        let hasCaughtUp = Once {
            let now = try await log.currentHeads()
            let heads = start.withLock { start in
                start = start ?? now
                return start ?? now
            }
            for (partition, head) in heads where head > 0 {
                // Which tenant of the partition asks does not matter.
                let tenant = Tenant(id: UUID(), partition: partition)
                guard try await reads.wait(for: tenant, past: head, timeout: .milliseconds(500)) else { return false }
            }
            return true
        }
        return HealthRoutes.Check(name) { try await hasCaughtUp.check() }
    }

    /// It blocks, so it has a thread of its own.
    private static func verify(_ schema: Migrator) async throws -> Bool {
        let result = Mutex<Result<Void, any Error>>(.success(()))
        let thread = DedicatedThread(name: "schema") {
            do {
                try schema.verifyCurrent()
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        await thread.waitUntilFinished()
        try result.withLock { $0 }.get()
        return true
    }

    /// Something that stays so once it is so, and is not asked again.
    private final class Once: Sendable {
        private let isSo: @Sendable () async throws -> Bool
        private let passed = Mutex(false)

        init(_ isSo: @escaping @Sendable () async throws -> Bool) { self.isSo = isSo }

        func check() async throws -> Bool {
            if passed.withLock({ $0 }) { return true }
            let isSo = try await isSo()
            if isSo { passed.withLock { $0 = true } }
            return isSo
        }
    }
}
