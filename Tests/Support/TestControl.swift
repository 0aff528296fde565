package import Commands
package import EventStore
package import Events
internal import Foundation
internal import Logging
package import Postgres
package import Projections
package import Sessions
internal import Synchronization

/// A control plane over a database of its own, with a projector that runs as long as the test lasts.
package final class TestControl: Sendable {
    package let plane: ControlPlane
    private let configuration: @Sendable (TestDatabase.Role) -> PostgresConfiguration
    private let keep: @Sendable (@escaping @Sendable () async -> Void) -> Void
    private let projector: Task<Void, any Error>
    private let registered = Mutex<Set<UUID>>([])

    /// - Parameters:
    ///   - projector: runs until it is cancelled.
    ///   - keep: takes what is to be done at the end of the test.
    init(
        _ plane: ControlPlane,
        projector: Task<Void, any Error>,
        configuration: @escaping @Sendable (TestDatabase.Role) -> PostgresConfiguration,
        keep: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void
    ) {
        self.plane = plane
        self.projector = projector
        self.configuration = configuration
        self.keep = keep
    }

    /// Opens a session of a user, in a tenant that is made known if it is not.
    package func open(
        tenant: Tenant,
        user: UserID,
        lifetime: Duration = .seconds(600),
        label: String = "test"
    ) async throws -> (id: SessionID, expiresAt: Timestamp, token: String) {
        if !registered.withLock({ $0.contains(tenant.id) }) { try await register(tenant) }
        return try await plane.issuer.open(tenant: tenant, user: user, lifetimes: .fixed(lifetime), label: label)
    }

    /// Makes an organization of a tenant that has its place already.
    package func register(_ tenant: Tenant, as slug: String = "org-\(UUID().text)") async throws {
        registered.withLock { _ = $0.insert(tenant.id) }
        let id = TenantID(tenant.id)
        try await run(FoundOrg(org: OrgID(), tenant: id, slug: slug, name: slug))
        try await run(AssignCell(tenant: id, cell: "main", partition: tenant.partition))
        try await run(ActivateTenant(tenant: id))
    }

    /// Runs a command of the control log as the system.
    @discardableResult
    package func run<C: Command>(_ command: C) async throws -> CommandResult<C.Answer> {
        let caller = Caller(tenant: .installation, actor: .system, user: nil)
        return try await plane.handler.handle(command, in: CommandContext(caller: caller))
    }

    /// What of this plane another process would hold.
    package func store(pool: PostgresPool) -> SessionStore {
        SessionStore(log: plane.log, codec: plane.codec, pool: pool, logger: Logger(label: "test"))
    }

    /// From here on nobody projects.
    package func stopProjecting() async {
        projector.cancel()
        _ = await projector.result
    }

    /// A connection to the database as a superuser.
    package func superuser() throws -> PostgresConnection { try PostgresConnection(configuration(.superuser)) }

    /// A pool of connections to the database, closed at the end of the test.
    package func pool(as role: TestDatabase.Role) -> PostgresPool {
        let pool = PostgresPool(configuration(role).keepingPlans(), size: 1, queueLimit: 10_000)
        keep { await pool.close() }
        return pool
    }

    /// Waits until the read models hold everything.
    package func isProjected() async throws {
        let head = try await plane.log.currentHeads()[Tenant.installation.partition] ?? 0
        _ = try await plane.reads.wait(for: .installation, past: head, timeout: .seconds(60))
    }
}
