internal import EventStore
internal import Foundation
internal import GatewayHTTP
internal import Migrations
internal import Postgres
internal import Projections
internal import Redis
internal import Synchronization
internal import Threads

/// What a process needs to be of use, as `/readyz` asks for it.
struct Readiness {
    let control: PostgresPool
    let product: PostgresPool
    let redis: RedisClient
    /// Schemas and the databases that are to have them.
    let schemas: [Migrator]
    /// Of a process that projects: it is ready once these read models are as far as their log was when it began.
    let projecting: [(name: String, log: EventLog, reads: ReadModels)]
    /// Of a process that projects or fans out: how far these roles may be behind the log. Gateways do not ask: to take
    /// all of them away would make an outage of what is a delay.
    let lag: (partitions: PartitionWatch, roles: Set<String>, limit: @Sendable () -> Duration)?

    func checks() -> [HealthRoutes.Check] {
        let hasSchema = Once { [schemas] in try await Self.verify(schemas) }
        var checks = [
            HealthRoutes.Check("control database") { [control] in
                try await control.query("SELECT 1", as: Int32.self) == [1]
            },
            HealthRoutes.Check("product database") { [product] in
                try await product.query("SELECT 1", as: Int32.self) == [1]
            },
            HealthRoutes.Check("redis") { [redis] in try await redis.send(RedisCommand("PING")).string == "PONG" },
            HealthRoutes.Check("schema") { try await hasSchema.check() },
        ]
        for (name, log, reads) in projecting {
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
                    guard try await reads.wait(for: tenant, past: head, timeout: .milliseconds(500)) else {
                        return false
                    }
                }
                return true
            }
            checks.append(HealthRoutes.Check(name) { try await hasCaughtUp.check() })
        }
        if let (partitions, roles, limit) = lag {
            checks.append(HealthRoutes.Check("lag") { .seconds(try await partitions.lag(of: roles)) <= limit() })
        }
        return checks
    }

    /// It blocks, so it has a thread of its own.
    private static func verify(_ schemas: [Migrator]) async throws -> Bool {
        let result = Mutex<Result<Void, any Error>>(.success(()))
        let thread = DedicatedThread(name: "schema") {
            do {
                for schema in schemas { try schema.verifyCurrent() }
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
