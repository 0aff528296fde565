internal import AuthAPI
internal import Commands
internal import ControlAPI
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import Hummingbird
internal import HummingbirdCore
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
    private let log: EventLog
    private let control: ControlPlane
    private let providers: Providers
    private let redis: RedisClient
    private let limits: Limits?
    private let realtime: RealtimeAPI?
    private let live: LiveSettings
    /// Ends when the process is told to.
    private let end: AsyncStream<Void>
    private let traces: Traces?
    private let logger: Logger

    init(_ installation: Installation, _ heads: HeadKeys, _ options: Options, logger: Logger) throws {
        self.logger = logger
        live = options.live
        let (end, announcedEnd) = AsyncStream.makeStream(of: Void.self)
        self.end = end
        traces = options.traces
        let (roles, settings) = (options.roles, installation.settings)
        let cookies = SessionCookies(origin: settings[\.publicURL] ?? options.address)
        let redisConfiguration = try installation.redisConfiguration()
        let masterKey = try installation.masterKey()
        let limits = try Limits(installation, masterKey: masterKey, logger: logger)
        self.limits = limits

        // The stores.
        var logConfiguration = EventLog.Configuration(
            appender: installation.configuration(.product, as: .appender),
            reader: installation.configuration(.product, as: .gateway)
        )
        logConfiguration.appenders = settings[\.appendConnections]
        logConfiguration.readConnections = settings[\.logConnections]
        log = EventLog(logConfiguration, logger: logger)
        redis = RedisClient(redisConfiguration)
        let keys = PostgresPool(installation.configuration(.product, as: .appender), size: 1, queueLimit: 1_000)
        let product = PostgresPool(
            installation.configuration(.product, as: .gateway).keepingPlans(),
            size: settings[\.readConnections],
            queueLimit: 5_000
        )
        let control = installation.controlPlane(masterKey: masterKey, logger: logger)
        self.control = control
        providers = try Providers(settings, logger: logger)
        // Asked by what watches the log: metrics, readiness, the signing of heads.
        let watcher = PostgresPool(installation.configuration(.product, as: .projector), size: 2, queueLimit: 100)
        var pools = [keys, product, watcher]

        // The layers over them.
        let keyring = Keyring(masterKey: masterKey, pool: keys)
        let codec = EventCodec(keyring: keyring)
        let commands = CommandHandler(log: log, codec: codec, logger: logger)
        let progress = PositionWatch()
        let reads = ReadModels(pool: product, progress: progress)
        let sessions = control.sessions

        // What runs by itself. Shutdown goes from the last to the first.
        var services: [any Service] = [
            Background("log") { [log] in await log.run() },
            Background("control") { await control.run() },
            Background("keys") { await keyring.run(logger: logger) },
            Background("settings") { await options.live.follow(options.hangups, logger: logger) },
            PositionHints(redis: redisConfiguration, heads: log.heads, projected: progress, logger: logger),
        ]
        if let exporter = options.traces?.exporter { services.append(Background("traces") { await exporter.run() }) }
        var realtimeConfiguration = RealtimeAPI.Configuration(
            redis: redisConfiguration,
            cookies: cookies,
            limits: limits?.requests
        )
        realtimeConfiguration.heartbeat = settings[\.heartbeat]
        realtimeConfiguration.queueLimit = settings[\.queueLimit]
        realtimeConfiguration.refillLimit = UInt32(settings[\.refillLimit])
        let realtime =
            roles.contains(.realtime)
            ? RealtimeAPI(
                realtimeConfiguration,
                log: log,
                codec: codec,
                reads: reads,
                sessions: sessions,
                positions: PositionTokens(masterKey: masterKey),
                masterKey: masterKey,
                logger: logger
            ) : nil
        self.realtime = realtime
        let writer = installation.configuration(.product, as: .projector)
        let projected = roles.isSuperset(of: [.projector, .fanout]) ? ProjectedEvents() : nil
        if roles.contains(.projector) {
            let configuration = Projector.Configuration(postgres: writer, partitions: installation.partitions)
            services.append(
                Projector(
                    configuration,
                    log: log,
                    codec: codec,
                    progress: progress,
                    handingTo: projected,
                    logger: logger
                )
            )
        }
        if roles.contains(.registrar) {
            var configuration = Projector.Configuration(
                postgres: installation.configuration(.control, as: .projector),
                partitions: [Tenant.installation.partition]
            )
            configuration.set = .control
            configuration.name = "registrar"
            services.append(
                Projector(
                    configuration,
                    log: control.log,
                    codec: control.codec,
                    progress: control.reads.progress,
                    logger: logger
                )
            )
        }
        if roles.contains(.fanout) {
            let configuration = Fanout.Configuration(
                postgres: writer,
                redis: redisConfiguration,
                partitions: installation.partitions
            )
            services.append(
                Fanout(
                    configuration,
                    log: log,
                    codec: codec,
                    progress: progress,
                    takingFrom: projected,
                    logger: logger
                ) { realtime?.hear($0) }
            )
        }

        if roles.contains(.registrar) {
            let leases = PostgresPool(installation.configuration(.control, as: .projector), size: 1, queueLimit: 10)
            pools.append(leases)
            let registrar = Registrar(
                control: control.handler,
                reads: control.reads,
                leases: leases,
                cells: [Cell(name: "main", log: log, commands: commands)],
                invitations: try settings.mailer().map { mailer in
                    Invitations(tokens: InviteTokens(masterKey: masterKey), origin: cookies.origin) {
                        try await $0.send(by: mailer)
                    }
                },
                logger: logger
            )
            services.append(Background("registrar") { await registrar.run() })
        }

        if roles.contains(.heads), let (folder, signer) = try heads.signing() {
            let keeper = HeadKeeper(
                heads: log.heads,
                pool: watcher,
                folder: folder,
                signer: signer,
                logger: logger
            )
            services.append(Background("heads") { await keeper.run(installation.partitions) })
        }

        // What is seen.
        let draining = Draining()
        let partitions = PartitionWatch(pool: watcher, redis: redis)
        let projecting = Set(roles.filter { $0 == .projector || $0 == .fanout }.map(\.rawValue))
        Monitoring.watchProcess(roles: roles, draining: draining)
        Monitoring.watch(log, pools: [("keys", keys), ("product", product), ("control", control.pool)])
        if let realtime { Monitoring.watch(realtime) }
        if let limits { Monitoring.watch(limits.redis, as: "limits") }
        if !projecting.isEmpty { Monitoring.watch(partitions) }

        // What answers.
        let router = Router<DaybookRequestContext>.daybook(
            draining,
            isTraced: options.traces != nil,
            isSecure: cookies.origin.hasPrefix("https://")
        )
        let readiness = Readiness(
            control: control.pool,
            product: product,
            redis: redis,
            schemas: try [.control, .product].map {
                Migrator(
                    schema: try installation.schemaFolders(of: $0),
                    configuration: installation.configuration($0, as: .gateway)
                )
            },
            projecting: (roles.contains(.projector) ? [("read models", log, reads)] : [])
                + (roles.contains(.registrar) ? [("registry", control.log, control.reads)] : []),
            lag: projecting.isEmpty ? nil : (partitions, projecting, { options.live[\.readyLag] })
        )
        HealthRoutes(checks: readiness.checks(), draining: draining).add(to: router)
        if let address = options.metrics {
            services.append(Monitoring.server(at: address, logger: logger))
        } else {
            Monitoring.route(for: .neighbours).add(to: router)
        }
        if roles.contains(.tenantAPI) {
            TenantAPI(
                commands: commands,
                reads: reads,
                sessions: sessions,
                issuer: control.issuer,
                credentials: control.credentials,
                invites: control.invites,
                cookies: cookies,
                limits: limits?.requests,
                masterKey: masterKey,
                heads: try heads.folder()
            ).addRoutes(to: router)
        }
        realtime?.addRoutes(to: router)
        if roles.contains(.authAPI) {
            AuthAPI(
                AuthAPI.Configuration(providers: providers.all, cookies: cookies),
                control: control,
                limits: limits?.requests,
                masterKey: masterKey
            ).addRoutes(to: router)
        }
        if roles.contains(.orgsAPI) {
            OrgsAPI(
                control: control,
                cells: ["main": commands],
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
        services += realtime?.services ?? []
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
        await realtime?.close()
        await log.close()
        await control.close()
        try await providers.close()
        await redis.close()
        await limits?.redis.close()
        for pool in pools { await pool.close() }
        await traces?.exporter.flush()
        try result.get()
    }
}
