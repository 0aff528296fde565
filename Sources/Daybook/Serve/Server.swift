internal import AuthAPI
internal import Commands
internal import ControlAPI
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import Hummingbird
internal import HummingbirdCore
internal import InternalAPI
internal import Logging
internal import Mail
internal import Migrations
internal import Observability
internal import OrgsAPI
internal import Postgres
internal import Projections
internal import RealtimeAPI
internal import Redis
internal import Registrar
internal import ServiceLifecycle
internal import Sessions
internal import Settings
internal import TenantAPI
internal import UnixSignals

/// A process with some roles: everything is made here and handed to whom it belongs.
struct Server {
    struct Options {
        let roles: Set<Serve.Role>
        let host: String
        let port: Int
        /// Nil: no TLS.
        let certificate: ServingCertificate?
        /// Nil: beside everything else.
        let metrics: Monitoring.Address?
        /// How long it goes on serving when it was told to end, and how far it may be behind the log and be ready.
        let live: LiveSettings
        /// At each of them the settings are read again.
        let hangups: UnixSignalsSequence
        /// Nil if nobody wants any.
        let traces: Traces?

        /// Where it is found by who is at the same machine.
        var address: String { "\(certificate == nil ? "http" : "https")://\(host):\(port)" }
    }

    /// How long requests may take to end once the process is told to.
    private static let patience: Duration = .seconds(10)

    private let services: [any Service]
    private let pools: [PostgresPool]
    private let cells: [CellServer]
    private let control: ControlPlane
    private let providers: Providers
    private let limits: Limits?
    private let live: LiveSettings
    /// Ends when the process is told to.
    private let end: AsyncStream<Void>
    private let traces: Traces?
    private let logger: Logger

    init(_ installation: Installation, _ options: Options, logger: Logger) throws {
        self.logger = logger
        live = options.live
        let (end, announcedEnd) = AsyncStream.makeStream(of: Void.self)
        self.end = end
        traces = options.traces
        let (roles, settings) = (options.roles, installation.settings)
        let cookies = SessionCookies(origin: settings[\.publicURL] ?? options.address)
        let masterKey = try installation.masterKey()
        let limits = try Limits(installation, masterKey: masterKey, logger: logger)
        self.limits = limits
        let control = installation.controlPlane(masterKey: masterKey, logger: logger)
        self.control = control
        providers = try Providers(settings, redactor: installation.redactor, logger: logger)
        let shared = CellServer.Shared(
            roles: roles,
            control: control,
            masterKey: masterKey,
            cookies: cookies,
            limits: limits?.requests,
            logger: logger
        )
        let cells = try installation.servedCells.map { try CellServer(installation.at($0), shared) }
        self.cells = cells
        var pools: [PostgresPool] = []

        // What runs by itself. Shutdown goes from the last to the first.
        var services: [any Service] = [
            Background("control") { await control.run() },
            Background("master keys") { await masterKey.run(logger: logger) },
            Background("settings") { await options.live.follow(options.hangups, logger: logger) },
        ]
        if let exporter = options.traces?.exporter { services.append(Background("traces") { await exporter.run() }) }
        services += cells.flatMap(\.services)
        if roles.contains(.registrar) {
            services.append(Self.registry(installation, control, logger: logger))
            let leases = PostgresPool(installation.configuration(.control, as: .projector), size: 1, queueLimit: 10)
            pools.append(leases)
            let registrar = Registrar(
                control: control.handler,
                reads: control.reads,
                leases: leases,
                cells: cells.map {
                    Cell(name: $0.place.name, log: $0.log, commands: $0.commands, takesTenants: $0.place.takesTenants)
                },
                invitations: try settings.mailer().map { mailer in
                    Invitations(tokens: InviteTokens(masterKey: masterKey), origin: cookies.origin) {
                        try await $0.send(by: mailer)
                    }
                },
                logger: logger
            )
            services.append(Background("registrar") { await registrar.run() })
        }

        // What is seen.
        let draining = Draining()
        let projecting = Set(roles.filter { $0 == .projector || $0 == .fanout }.map(\.rawValue))
        Monitoring.watchProcess(roles: roles, draining: draining)
        Monitoring.watch(cells, control: control.pool)
        if let limits { Monitoring.watch(limits.redis, as: "limits") }
        var watched = projecting.isEmpty ? [] : cells.map(\.partitions)
        if roles.contains(.registrar) {
            let pool = PostgresPool(installation.configuration(.control, as: .projector), size: 1, queueLimit: 10)
            pools.append(pool)
            watched.append(PartitionWatch(cell: Self.registry, pool: pool, redis: nil))
        }
        if !watched.isEmpty { Monitoring.watch(watched) }

        // What answers.
        let router = Router<DaybookRequestContext>.daybook(
            draining,
            isTraced: options.traces != nil,
            isSecure: cookies.origin.hasPrefix("https://")
        )
        let readiness = Readiness(
            control: control,
            controlSchema: try installation.migrator(of: .control),
            keepsRegistry: roles.contains(.registrar),
            cells: try cells.map { ($0, try installation.at($0.place).migrator(of: .product)) },
            projecting: projecting,
            lag: { options.live[\.readyLag] }
        )
        HealthRoutes(checks: readiness.checks(), draining: draining).add(to: router)
        if let address = options.metrics {
            services.append(Monitoring.server(at: address, logger: logger))
        } else {
            Monitoring.route(for: .neighbours).add(to: router)
        }
        TenantAPI.addRoutes(of: cells.byName(\.tenantAPI), to: router)
        RealtimeAPI.addRoutes(of: cells.byName(\.realtime), to: router)
        if roles.contains(.authAPI) {
            AuthAPI(
                AuthAPI.Configuration(providers: providers.all, cookies: cookies),
                control: control,
                cells: cells.byName(\.commands),
                limits: limits?.requests,
                masterKey: masterKey
            ).addRoutes(to: router)
        }
        if roles.contains(.orgsAPI) {
            OrgsAPI(
                control: control,
                cells: cells.byName(\.commands),
                cookies: cookies,
                limits: limits?.requests,
                masterKey: masterKey
            ).addRoutes(to: router)
        }
        if roles.contains(.controlAPI) {
            ControlAPI(
                control: control,
                cookies: cookies,
                limits: limits?.requests,
                masterKey: masterKey,
                grace: settings[\.deletionGrace]
            ).addRoutes(to: router)
        }

        if roles.contains(.internalAPI) {
            InternalAPI(
                control: control,
                cells: cells.byName(\.commands),
                services: ServiceStore(commands: control.handler, audience: cookies.origin),
                cookies: cookies,
                limits: limits?.requests
            ).addRoutes(to: router)
        }

        let (host, port, certificate) = (options.host, options.port, options.certificate)
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [CloseOnEOF()],
            idleTimeout: .seconds(settings[\.idleTimeout].components.seconds)
        )
        if let certificate { services.append(Background("certificate") { await certificate.watch(logger: logger) }) }
        let address = options.address
        services.append(
            Application(
                router: router,
                server: certificate.map { certificate in
                    HTTPServerBuilder { TLSConnections(HTTP1Channel(responder: $0, configuration: http), certificate) }
                } ?? .http1(configuration: http),
                configuration: ApplicationConfiguration(
                    address: .hostname(host, port: port),
                    backlog: settings[\.httpBacklog]
                ),
                onServerRunning: { _ in logger.notice("listening", metadata: ["address": "\(address)"]) },
                logger: logger
            )
        )
        // Behind the server, so that parked polls are ended, and requests sent elsewhere, before the server waits for them.
        // Where nobody comes but monitoring there is no reason to wait.
        let hasClients = roles.contains(.tenantAPI) || roles.contains(.realtime)
        if hasClients { services.append(ShutdownStep("refusing") { await draining.refuse() }) }
        services += cells.flatMap { $0.realtime?.services ?? [] }
        services.append(
            ShutdownStep("announcing") {
                draining.announce()
                announcedEnd.finish()
                // Cut short, there is no time for it.
                if hasClients { try? await Task.sleep(for: options.live[\.drain]) }
            }
        )
        self.services = services
        self.pools = pools
    }

    /// What the control log's partition is told by in logs and metrics, beside those of cells.
    private static let registry = "control"

    /// Writes the read models of the control log.
    private static func registry(
        _ installation: Installation,
        _ control: ControlPlane,
        logger: Logger
    ) -> some Service {
        var configuration = Projector.Configuration(
            postgres: installation.configuration(.control, as: .projector),
            partitions: [Tenant.installation.partition]
        )
        configuration.set = .control
        configuration.name = "registry"
        configuration.cell = Self.registry
        return Projector(
            configuration,
            log: control.log,
            codec: control.codec,
            progress: control.reads.progress,
            logger: logger
        )
    }

    /// Serves until SIGTERM or SIGINT, then turns requests away, lets those that run end, commits what is queued and closes the
    /// stores.
    func run() async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        var result: Result<Void, any Error> = .success(())
        await withTaskGroup(of: Result<Void, any Error>?.self) { tasks in
            tasks.addTask {
                do { return .success(try await group.run()) } catch { return .failure(error) }
            }
            tasks.addTask { [end, live] in
                for await _ in end {}
                // Cut short, the services have ended before their time.
                try? await Task.sleep(for: live[\.drain] + Self.patience)
                return nil
            }
            // Whichever comes first ends the other: the services are cancelled when their time is up.
            for await outcome in tasks {
                tasks.cancelAll()
                if let outcome { result = outcome }
            }
        }
        for cell in cells { await cell.close() }
        await control.close()
        try await providers.close()
        await limits?.redis.close()
        for pool in pools { await pool.close() }
        await traces?.exporter.flush()
        try result.get()
    }
}

extension [CellServer] {
    /// What each has, if it has it, by the cells' names.
    fileprivate func byName<Value>(_ value: (CellServer) -> Value?) -> [String: Value] {
        reduce(into: [:]) { $0[$1.place.name] = value($1) }
    }
}
