internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Logging
internal import Postgres
internal import Sessions

/// What the tools write with: the log and the rules over it, and the directory of tenants.
struct Workbench {
    let log: EventLog
    let handler: CommandHandler
    let directory: TenantDirectory
    let sessions: SessionStore

    /// Lends one to `body` and closes it afterwards.
    static func run<Result>(
        _ options: InstallationOptions,
        _ body: (Workbench) async throws -> Result
    ) async throws -> Result {
        try await run(Installation(options), body)
    }

    static func run<Result>(
        _ installation: Installation,
        _ body: (Workbench) async throws -> Result
    ) async throws -> Result {
        var logger = installation.logger("daybook-tool")
        logger.logLevel = .warning
        let log = EventLog(
            EventLog.Configuration(
                appender: installation.configuration(.product, as: .appender),
                reader: installation.configuration(.product, as: .gateway)
            ),
            logger: logger
        )
        let keys = PostgresPool(installation.configuration(.product, as: .appender), size: 1, queueLimit: 1000)
        let registrar = PostgresPool(installation.configuration(.control, as: .appender), size: 1, queueLimit: 10)
        let gateway = PostgresPool(installation.configuration(.control, as: .gateway), size: 1, queueLimit: 10)
        let codec = EventCodec(keyring: Keyring(masterKey: try installation.masterKey(), pool: keys))
        let workbench = Workbench(
            log: log,
            handler: CommandHandler(log: log, codec: codec, logger: logger),
            directory: TenantDirectory(pool: registrar),
            sessions: SessionStore(pool: gateway, logger: logger)
        )
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(workbench)) } catch { result = .failure(error) }
        await log.close()
        for pool in [keys, registrar, gateway] { await pool.close() }
        return try result.get()
    }

    func tenant(named slug: String) async throws -> Tenant {
        guard let tenant = try await directory.tenant(named: slug) else {
            throw ToolError("there is no tenant '\(slug)'; make it by `daybook tenant create \(slug)`")
        }
        return tenant
    }

    /// The user who has a handle, by the log: read models may lag behind.
    func user(_ handle: String, of tenant: Tenant) async throws -> UserID? {
        guard let handle = Handle.normalized(handle) else { return nil }
        let stream = HandleID(tenant: tenant, handle: handle)
        let events = try await log.read(stream: stream.uuid, of: tenant, after: 0, limit: 1)
        guard let event = events.first else { return nil }
        switch try await handler.codec.decode(event, as: HandleEvent.self) {
        case .taken(let user): return user
        }
    }
}
