internal import CoreMetrics
internal import EventStore
internal import GatewayHTTP
internal import Hummingbird
internal import Logging
internal import Observability
internal import Postgres
internal import Projections
internal import RealtimeAPI
internal import Redis
internal import ServiceLifecycle
internal import Settings

/// What is to be seen of a process from outside: the metrics that are measured when somebody asks, and the route to all of them.
struct Monitoring {
    /// Where `/metrics` is, if not beside everything else.
    struct Address: Sendable {
        let host: String
        let port: Int
    }

    /// Everything that the process counts with; there is one, as swift-metrics has one.
    static let registry = MetricsRegistry()

    /// Before anything is made that counts.
    static func bootstrap() { MetricsSystem.bootstrap(registry) }

    /// Those that any process has.
    static func watchProcess(roles: Set<Serve.Role>, draining: Draining) {
        let names = Set(roles) == Set(Serve.Role.allCases) ? ["all"] : roles.map(\.rawValue).sorted()
        let labels = [
            ("version", Daybook.version), ("configuration", Daybook.buildConfiguration),
            ("roles", names.joined(separator: ",")),
        ]
        registry.collect {
            ProcessMetrics.measure() + [
                .gauge("daybook_build_info", labels, 1),
                .gauge("daybook_draining", [], draining.isDraining ? 1 : 0),
            ]
        }
    }

    /// The stores. Pools and clients of further cells have the cell's name before their own.
    static func watch(_ cells: [CellServer], control: PostgresPool) {
        registry.collect {
            let waiting = cells.reduce(0) { $0 + $1.log.waitingAppends }
            var found: [Measurement] = [.gauge("daybook_append_waiting", [], Double(waiting))]
            found += measure(control.usage, of: "control")
            for cell in cells {
                for (name, pool) in cell.pools + cell.log.pools {
                    found += measure(pool.usage, of: cell.place.qualified(name))
                }
            }
            let realtime = cells.compactMap { cell in cell.realtime.map { (cell.place.qualified("realtime"), $0) } }
            if !realtime.isEmpty {
                found.append(
                    .gauge("daybook_realtime_parked_polls", [], Double(realtime.reduce(0) { $0 + $1.1.polls }))
                )
            }
            for (name, api) in realtime {
                found += measure(waiting: api.redisUsage.waiting, failures: api.redisUsage.failures, of: name)
            }
            return found
        }
    }

    private static func measure(_ usage: PoolUsage, of pool: String) -> [Measurement] {
        let labels = [("pool", pool)]
        return [
            .gauge("daybook_postgres_pool_connections", labels, Double(usage.connections)),
            .gauge("daybook_postgres_pool_in_use", labels, Double(usage.inUse)),
            .gauge("daybook_postgres_pool_waiting", labels, Double(usage.waiting)),
            .counter("daybook_postgres_pool_timeouts_total", labels, Double(usage.timeouts)),
            .counter("daybook_postgres_pool_overloads_total", labels, Double(usage.overloads)),
        ]
    }

    static func watch(_ redis: RedisClient, as client: String) {
        registry.collect { measure(waiting: redis.waiting, failures: redis.failures, of: client) }
    }

    private static func measure(waiting: Int, failures: Int, of client: String) -> [Measurement] {
        [
            .gauge("daybook_redis_waiting", [("client", client)], Double(waiting)),
            .counter("daybook_redis_failures_total", [("client", client)], Double(failures)),
        ]
    }

    /// How far the partitions are, for a process that has a part in it.
    static func watch(_ cells: [PartitionWatch]) {
        registry.collect {
            var isUp = true
            var measured: [Measurement] = []
            for cell in cells {
                if let found = try? await cell.look() {
                    measured += found.flatMap { measure($0, of: cell.cell) }
                } else {
                    // The logs say why.
                    isUp = false
                }
            }
            return [.gauge("daybook_partition_status_up", [], isUp ? 1 : 0)] + measured
        }
    }

    private static func measure(_ status: PartitionStatus, of cell: String?) -> [Measurement] {
        let partition = ("partition", status.partition.name(in: cell))
        var found: [Measurement] = [
            .gauge("daybook_partition_head_position", [partition], Double(status.head)),
            .gauge("daybook_partition_parked_streams", [partition], Double(status.parkedStreams)),
        ]
        for progress in status.progress {
            let labels = [("role", progress.role), partition]
            found += [
                .gauge("daybook_partition_position", labels, Double(progress.position)),
                .gauge("daybook_partition_lag_events", labels, Double(progress.lagEvents)),
                .gauge("daybook_partition_lag_seconds", labels, progress.lagSeconds),
            ]
        }
        if let queues = status.queues {
            found.append(
                .gauge("daybook_partition_redis_watermark_position", [partition], Double(queues.watermark))
            )
        }
        return found
    }

    static func route(for audience: MetricsRoute.Audience) -> MetricsRoute {
        MetricsRoute(for: audience) { accept in
            let format = Exposition.Format(accept: accept)
            return (format.contentType, await registry.text(format))
        }
    }

    /// A listener of its own.
    static func server(at address: Address, logger: Logger) -> some Service {
        let router = Router<DaybookRequestContext>.daybook()
        route(for: .everybody).add(to: router)
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            logger: logger
        )
    }
}
