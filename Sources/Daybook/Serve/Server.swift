internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import Hummingbird
internal import Logging
internal import Migrations
internal import Postgres
internal import Projections
internal import Redis
internal import ServiceLifecycle
internal import Sessions

/// A process with some roles: everything is made here and handed to whom it belongs.
struct Server {
    /// How long requests may take to end once the process is told to.
    private static let patience: Duration = .seconds(10)

    private let services: [any Service]
    private let pools: [PostgresPool]
    private let log: EventLog
    private let redis: RedisClient
    private let logger: Logger

    init(_ installation: Installation, roles: Set<Serve.Role>, host: String, port: Int, logger: Logger) throws {
        self.logger = logger
        let redisConfiguration = try installation.redisConfiguration()
        let masterKey = try installation.masterKey()

        // The stores.
        log = EventLog(
            EventLog.Configuration(
                appender: installation.configuration(.product, as: .appender),
                reader: installation.configuration(.product, as: .gateway)
            ),
            logger: logger
        )
        redis = RedisClient(redisConfiguration)
        let keys = PostgresPool(installation.configuration(.product, as: .appender), size: 1, queueLimit: 1_000)
        let product = PostgresPool(installation.configuration(.product, as: .gateway), size: 4, queueLimit: 5_000)
        let control = PostgresPool(installation.configuration(.control, as: .gateway), size: 2, queueLimit: 5_000)
        let audit = PostgresPool(installation.configuration(.product, as: .auditor), size: 1, queueLimit: 100)
        pools = [keys, product, control, audit]

        // The layers over them.
        let codec = EventCodec(keyring: Keyring(masterKey: masterKey, pool: keys))
        let commands = CommandHandler(log: log, codec: codec, logger: logger)
        let progress = PositionWatch()
        let reads = ReadModels(pool: product, progress: progress)
        let sessions = SessionStore(pool: control, logger: logger)

        // What runs by itself. Shutdown goes from the last to the first.
        var services: [any Service] = [
            Background("log") { [log] in await log.run() },
            Background("sessions") { await sessions.run() },
            PositionHints(redis: redisConfiguration, heads: log.heads, projected: progress, logger: logger),
        ]
        if roles.contains(.projector) {
            services.append(
                Projector(
                    Projector.Configuration(
                        postgres: installation.configuration(.product, as: .projector),
                        partitions: installation.partitions
                    ),
                    log: log,
                    codec: codec,
                    progress: progress,
                    logger: logger
                )
            )
        }

        // What answers.
        let router = Router<DaybookRequestContext>.daybook()
        let readiness = Readiness(
            control: control,
            product: product,
            redis: redis,
            schemas: [
                Migrator(
                    schema: try installation.schemaFolder(of: .control),
                    configuration: installation.configuration(.control, as: .gateway)
                ),
                Migrator(
                    schema: try installation.schemaFolder(of: .product),
                    configuration: installation.configuration(.product, as: .gateway)
                ),
            ]
        )
        HealthRoutes(checks: readiness.checks()).add(to: router)
        _ = (commands, reads)

        services.append(
            Application(
                router: router,
                server: .http1(configuration: .init(additionalChannelHandlers: [CloseOnEOF()])),
                configuration: ApplicationConfiguration(address: .hostname(host, port: port), backlog: 4096),
                onServerRunning: { _ in logger.notice("listening", metadata: ["address": "http://\(host):\(port)"]) },
                logger: logger
            )
        )
        self.services = services
    }

    /// Serves until SIGTERM or SIGINT, then lets requests end, commits what is queued and closes the stores.
    func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.patience
        let result: Result<Void, any Error>
        do { result = .success(try await ServiceGroup(configuration: configuration).run()) } catch { result = .failure(error) }
        await log.close()
        await redis.close()
        for pool in pools { await pool.close() }
        try result.get()
    }
}
