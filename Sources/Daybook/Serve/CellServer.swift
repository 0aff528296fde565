internal import AuthAPI
internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import Logging
internal import Metering
internal import Postgres
internal import Projections
internal import RealtimeAPI
internal import Redis
internal import Registrar
internal import ServiceLifecycle
internal import Sessions
internal import Settings
internal import TenantAPI

/// What a process has of one cell: its stores, the layers over them, and what the process's roles do there.
struct CellServer {
    /// What all cells of a process share.
    struct Shared {
        let roles: Set<Serve.Role>
        let control: ControlPlane
        let masterKey: any KeyManagement
        let cookies: SessionCookies
        /// Nil lets everything through.
        let limits: RequestLimits?
        let logger: Logger
    }

    let place: CellPlace
    let log: EventLog
    let commands: CommandHandler
    let reads: ReadModels
    let redis: RedisClient
    /// Reads the read models as `daybook_gateway`.
    let product: PostgresPool
    let partitions: PartitionWatch
    let tenantAPI: TenantAPI?
    let realtime: RealtimeAPI?
    /// To be run; shutdown goes from the last to the first.
    private(set) var services: [any Service]
    /// Those of this cell in metrics, beside the log's own.
    let pools: [(name: String, pool: PostgresPool)]

    /// - Parameter installation: at the cell.
    init(_ installation: Installation, _ shared: Shared) throws {
        let (roles, settings, logger) = (shared.roles, installation.settings, shared.logger)
        place = installation.cell
        let name = place.nameBesideMain
        let redisConfiguration = try installation.redisConfiguration()

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
        product = PostgresPool(
            installation.configuration(.product, as: .gateway).keepingPlans(),
            size: settings[\.readConnections],
            queueLimit: 5_000
        )
        // Asked by what watches the log: metrics, readiness, the signing of heads.
        let watcher = PostgresPool(installation.configuration(.product, as: .projector), size: 2, queueLimit: 100)
        pools = [("keys", keys), ("product", product), ("watcher", watcher)]
        partitions = PartitionWatch(cell: name, pool: watcher, redis: redis)

        // The layers over them.
        let keyring = Keyring(masterKey: shared.masterKey, pool: keys)
        let codec = EventCodec(keyring: keyring)
        commands = CommandHandler(log: log, codec: codec, logger: logger)
        let progress = PositionWatch()
        reads = ReadModels(pool: product, progress: progress)

        // What runs by itself.
        services = [
            Background("log") { [log] in await log.run() },
            Background("keys") { await keyring.run(logger: logger) },
            PositionHints(redis: redisConfiguration, heads: log.heads, projected: progress, logger: logger),
        ]
        let writer = installation.configuration(.product, as: .projector)
        let projected = roles.isSuperset(of: [.projector, .fanout]) ? ProjectedEvents() : nil
        if roles.contains(.projector) {
            var configuration = Projector.Configuration(postgres: writer, partitions: installation.partitions)
            configuration.cell = name
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
            let metering = Metering(commands: commands, reads: reads, pool: watcher, logger: logger)
            services.append(Background("metering") { await metering.run() })
        }
        let realtime =
            roles.contains(.realtime)
            ? RealtimeAPI(
                Self.realtime(redisConfiguration, settings, shared),
                log: log,
                codec: codec,
                reads: reads,
                sessions: shared.control.sessions,
                positions: PositionTokens(masterKey: shared.masterKey),
                masterKey: shared.masterKey,
                logger: logger
            ) : nil
        self.realtime = realtime
        if roles.contains(.fanout) {
            var configuration = Fanout.Configuration(
                postgres: writer,
                redis: redisConfiguration,
                partitions: installation.partitions
            )
            configuration.cell = name
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
        let heads = HeadKeys(of: place, settings)
        if roles.contains(.heads), let (folder, signer) = try heads.signing() {
            let keeper = HeadKeeper(
                heads: log.heads,
                pool: watcher,
                folder: folder,
                signer: signer,
                cell: name,
                logger: logger
            )
            services.append(Background("heads") { await keeper.run(installation.partitions) })
        }
        tenantAPI =
            roles.contains(.tenantAPI)
            ? TenantAPI(
                commands: commands,
                reads: reads,
                sessions: shared.control.sessions,
                issuer: shared.control.issuer,
                credentials: shared.control.credentials,
                invites: shared.control.invites,
                cookies: shared.cookies,
                limits: shared.limits,
                masterKey: shared.masterKey,
                heads: try heads.folder()
            ) : nil
    }

    private static func realtime(
        _ redis: RedisConfiguration,
        _ settings: Settings,
        _ shared: Shared
    ) -> RealtimeAPI.Configuration {
        var configuration = RealtimeAPI.Configuration(redis: redis, cookies: shared.cookies, limits: shared.limits)
        configuration.heartbeat = settings[\.heartbeat]
        configuration.queueLimit = settings[\.queueLimit]
        configuration.refillLimit = UInt32(settings[\.refillLimit])
        return configuration
    }

    /// Commits what is queued and closes the stores.
    func close() async {
        await realtime?.close()
        await log.close()
        await redis.close()
        for (_, pool) in pools { await pool.close() }
    }
}

extension CellPlace {
    /// What it is called in logs and metrics, where `main` is not told from anything.
    var nameBesideMain: String? { isMain ? nil : name }

    /// The name of something of its own there.
    func qualified(_ thing: String) -> String { nameBesideMain.map { "\($0)/\(thing)" } ?? thing }
}
