package import Commands
package import EventStore
package import Events
package import Logging
package import Postgres
package import Projections

/// The control log and what is made of it, as one process holds them.
package struct ControlPlane: Sendable {
    package struct Configuration: Sendable {
        /// Connects to the control database as `daybook_appender`.
        package var appender: PostgresConfiguration
        /// As `daybook_gateway`.
        package var gateway: PostgresConfiguration
        package var connections = 1
        /// How long ago somebody may have shown who they are for what is dangerous.
        package var recency: Duration = .seconds(600)

        package init(appender: PostgresConfiguration, gateway: PostgresConfiguration) {
            self.appender = appender
            self.gateway = gateway
        }
    }

    package let log: EventLog
    package let codec: EventCodec
    package let handler: CommandHandler
    package let reads: ReadModels
    package let sessions: SessionStore
    package let issuer: SessionIssuer
    package let credentials: AgentCredentials
    package let identities: Identities
    package let invites: TenantInvites
    package let registry: TenantRegistry
    /// Reads the read models.
    package let pool: PostgresPool
    private let keys: PostgresPool
    private let logger: Logger

    package init(_ configuration: Configuration, masterKey: any KeyManagement, logger: Logger) {
        self.logger = logger
        var logConfiguration = EventLog.Configuration(
            appender: configuration.appender,
            reader: configuration.gateway
        )
        logConfiguration.appenders = 1
        logConfiguration.readConnections = 1
        log = EventLog(logConfiguration, logger: logger)
        pool = PostgresPool(
            configuration.gateway.keepingPlans(),
            size: configuration.connections,
            queueLimit: 5_000
        )
        keys = PostgresPool(configuration.appender, size: 1, queueLimit: 1_000)
        codec = EventCodec(keyring: Keyring(masterKey: masterKey, pool: keys))
        handler = CommandHandler(log: log, codec: codec, logger: logger)
        reads = ReadModels(.control, pool: pool, progress: PositionWatch())
        sessions = SessionStore(
            log: log,
            codec: codec,
            pool: pool,
            recency: configuration.recency,
            logger: logger
        )
        issuer = SessionIssuer(control: handler, reads: reads, sessions: sessions)
        credentials = AgentCredentials(control: handler, reads: reads, sessions: sessions)
        identities = Identities(control: handler, reads: reads, sessions: sessions)
        invites = TenantInvites(control: handler, reads: reads)
        registry = TenantRegistry(handler)
    }

    /// Follows the log, ended sessions and destroyed keys, until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            // Others hear of a commit by this look alone; few things happen in this log.
            group.addTask { await log.run(interval: .milliseconds(50)) }
            group.addTask { await sessions.run() }
            group.addTask { await codec.keyring.run(logger: logger) }
        }
    }

    /// Commits what is queued, then closes the connections.
    package func close() async {
        await log.close()
        await keys.close()
        await pool.close()
    }
}
