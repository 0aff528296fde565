package import EventStore
package import Events
internal import Foundation
package import GatewayHTTP
internal import Hummingbird
package import Logging
package import Projections
package import Redis
package import ServiceLifecycle
package import Sessions
internal import Synchronization

/// Register a queue, long-poll its events, in one cell: every subscriber is told everything that its user may see, once, in order.
///
///     let realtime = RealtimeAPI(.init(redis: redis), log: log, codec: codec, reads: reads, sessions: sessions, …)
///     RealtimeAPI.addRoutes(of: ["main": realtime], to: router)
///     group.add(realtime.services)
///
/// The HTTP server must have `CloseOnEOF` among its `additionalChannelHandlers`.
package final class RealtimeAPI: Sendable {
    package struct Configuration: Sendable {
        package var redis: RedisConfiguration
        /// Connections that all polls share, besides the one that hears of news.
        package var redisConnections = 2
        /// How long a poll is held that does not say.
        package var heartbeat: Duration = .seconds(50)
        /// Live queues of one user.
        package var queueLimit = 100
        /// Events in a row that are made up from the log before the client is told to load afresh.
        package var refillLimit: UInt32 = 100_000
        /// Registrations that read the database at a time, and that may wait for it.
        package var registrations = (running: 8, waiting: 1000)

        package var cookies: SessionCookies
        /// Nil lets everything through.
        package var limits: RequestLimits?

        package init(redis: RedisConfiguration, cookies: SessionCookies, limits: RequestLimits?) {
            self.redis = redis
            self.cookies = cookies
            self.limits = limits
        }
    }

    static let maxBatch = 1000

    let configuration: Configuration
    let log: EventLog
    let reads: ReadModels
    let sessions: SessionStore
    let positions: PositionTokens
    let hub = Hub()
    let hot: HotQueues
    let payloads: PayloadCache
    let refill: Refill
    let registry: QueueRegistry
    let checkpoints: Checkpoints
    let seal: CursorSeal
    let admission: Admission
    /// What this process is called among the gateways.
    let gateway = UUID().hex
    let metrics = RealtimeMetrics()
    private let redis: RedisClient
    private let logger: Logger

    /// - Parameters:
    ///   - log: reads as `daybook_gateway`.
    ///   - reads: its pool connects as `daybook_gateway` too.
    package init(
        _ configuration: Configuration,
        log: EventLog,
        codec: EventCodec,
        reads: ReadModels,
        sessions: SessionStore,
        positions: PositionTokens,
        masterKey: any KeyManagement,
        logger: Logger
    ) {
        self.configuration = configuration
        self.log = log
        self.reads = reads
        self.sessions = sessions
        self.positions = positions
        self.logger = logger
        redis = RedisClient(configuration.redis, connections: configuration.redisConnections)
        hot = HotQueues(redis: redis)
        refill = Refill(log: log, codec: codec, pool: reads.pool)
        payloads = PayloadCache(hot: hot, refill: refill)
        registry = QueueRegistry(pool: reads.pool)
        checkpoints = Checkpoints(pool: reads.pool)
        seal = CursorSeal(masterKey: masterKey)
        admission = Admission(
            running: configuration.registrations.running,
            waiting: configuration.registrations.waiting
        )
        sessions.onEnds { [hub] in hub.end($0) }
    }

    /// To run beside the HTTP server, and to be shut down before it, since that ends the parked polls.
    package var services: [any Service] { [RealtimeService(self, logger: logger)] }

    /// What a fan-out in this process tells the gateways, without the way over Redis.
    package func hear(_ wake: FanoutWake) {
        if !wake.blanked.isEmpty { payloads.blank(wake.blanked, of: wake.partition) }
        hub.wake(wake)
    }

    /// How many polls are parked or being served.
    package var polls: Int { hub.count }

    /// Calls that wait for Redis, and how many got no reply.
    package var redisUsage: (waiting: Int, failures: Int) { (redis.waiting, redis.failures) }

    package func close() async { await redis.close() }

    func gathering(_ queue: Queue, _ logger: Logger) -> Gathering {
        Gathering(
            queue: queue,
            hot: hot,
            payloads: payloads,
            refill: refill,
            checkpoints: checkpoints,
            refillLimit: configuration.refillLimit,
            metrics: metrics,
            logger: logger
        )
    }
}
