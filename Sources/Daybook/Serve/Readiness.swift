internal import EventStore
internal import GatewayHTTP
internal import Migrations
internal import Postgres
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

    func checks() -> [HealthRoutes.Check] {
        let isCurrent = Once(schemas)
        return [
            HealthRoutes.Check("control database") { [control] in
                try await control.query("SELECT 1", as: Int32.self) == [1]
            },
            HealthRoutes.Check("product database") { [product] in
                try await product.query("SELECT 1", as: Int32.self) == [1]
            },
            HealthRoutes.Check("redis") { [redis] in try await redis.send(RedisCommand("PING")).string == "PONG" },
            HealthRoutes.Check("schema") { try await isCurrent.check() },
        ]
    }

    /// Whether the databases have the whole schema; once they do, that is not asked again.
    private final class Once: Sendable {
        private let schemas: [Migrator]
        private let passed = Mutex(false)

        init(_ schemas: [Migrator]) { self.schemas = schemas }

        func check() async throws -> Bool {
            if passed.withLock({ $0 }) { return true }
            let result = Mutex<Result<Void, any Error>>(.success(()))
            // It blocks, so it has a thread of its own.
            let thread = DedicatedThread(name: "schema") { [schemas] in
                do { for schema in schemas { try schema.verifyCurrent() } } catch {
                    result.withLock { $0 = .failure(error) }
                }
            }
            await thread.waitUntilFinished()
            try result.withLock { $0 }.get()
            passed.withLock { $0 = true }
            return true
        }
    }
}
