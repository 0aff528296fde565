internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Logging
internal import Postgres
internal import Sessions

/// What the tools write with: the logs and the rules over them.
struct Workbench {
    let installation: Installation
    /// Of the cell that the installation is at.
    let log: EventLog
    let handler: CommandHandler
    let control: ControlPlane

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
        let masterKey = try installation.masterKey()
        let control = installation.controlPlane(masterKey: masterKey, logger: logger)
        let codec = EventCodec(keyring: Keyring(masterKey: masterKey, pool: keys))
        let workbench = Workbench(
            installation: installation,
            log: log,
            handler: CommandHandler(log: log, codec: codec, logger: logger),
            control: control
        )
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(workbench)) } catch { result = .failure(error) }
        await log.close()
        await control.close()
        await keys.close()
        return try result.get()
    }

    /// Runs a command of the control log as whoever is at the machine.
    @discardableResult
    func operate<C: Command>(_ command: C) async throws -> C.Answer {
        do throws(CommandError) { return try await control.handler.handle(command, in: .operators).answer } catch {
            throw error.asToolError
        }
    }

    func tenant(named slug: String) async throws -> Tenant {
        guard let entry = try await control.registry.tenant(named: slug), let tenant = entry.place,
            let cell = entry.cell
        else {
            throw ToolError("there is no tenant '\(slug)'; make it by `daybook tenant create \(slug)`")
        }
        try installation.expect(slug, in: cell)
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

extension Installation {
    /// What a tool does to a tenant it does in the tenant's cell.
    func expect(_ tenant: String, in cell: String) throws(ToolError) {
        guard cell == self.cell.name else {
            throw ToolError("the tenant '\(tenant)' lives in a cell: say --cell \(cell)")
        }
    }
}
