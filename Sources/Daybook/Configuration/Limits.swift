internal import EventStore
internal import GatewayHTTP
internal import Logging
internal import RateLimits
internal import Redis
internal import Settings

/// How often clients may come, as the settings say.
struct Limits {
    let requests: RequestLimits
    /// Of the counts alone, so that nothing else waits behind them, nor they behind anything.
    let redis: RedisClient

    /// How long a request may wait for Redis to count it, before the process counts by itself.
    private static let timeout = Duration.milliseconds(250)

    /// Nil if nothing is limited.
    init?(_ installation: Installation, masterKey: any KeyManagement, logger: Logger) throws {
        let settings = installation.settings
        let proxies = try Self.proxies(settings)
        guard settings[\.limitsPercent] > 0 else { return nil }
        var configuration = try installation.redisConfiguration()
        (configuration.connectTimeout, configuration.commandTimeout) = (Self.timeout, Self.timeout)
        redis = RedisClient(configuration, connections: 2)
        let limiter = RateLimiter(redis: redis, secret: masterKey.derived(for: "rate-limits").current, logger: logger)
        requests = RequestLimits(limiter, behind: proxies, percent: settings[\.limitsPercent])
    }

    private static func proxies(_ settings: Settings) throws(ToolError) -> TrustedProxies {
        guard let list = settings[\.trustedProxies] else { return .none }
        guard let header = TrustedProxies.Header(rawValue: settings[\.proxyHeader]),
            let proxies = TrustedProxies(list, by: header)
        else { throw ToolError("http.trusted-proxies: expected addresses and networks with commas between them") }
        return proxies
    }
}
