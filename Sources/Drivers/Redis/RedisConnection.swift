/// A connection to Redis for one thread, which it blocks.
///
/// Not `Sendable`: it is made on the thread that uses it and never leaves it. Swift's own threads must not wait here;
/// they use ``RedisClient``. After any error but `server` it is closed for good, since replies could no longer be told
/// apart; open another.
package final class RedisConnection {
    private let socket: RedisSocket
    private let commandTimeout: Duration

    /// Connects, and logs in and selects the database where the configuration says so.
    ///
    /// - Throws: `connectionFailed`, also when Redis refuses the password.
    package convenience init(_ configuration: RedisConfiguration) throws(RedisError) {
        try self.init(configuration, interrupt: nil)
    }

    /// - Parameter interrupt: once fired, calls fail with `closed`, those that wait included.
    init(_ configuration: RedisConfiguration, interrupt: RedisInterrupt?) throws(RedisError) {
        socket = try RedisSocket(
            to: configuration.address,
            timeout: configuration.connectTimeout,
            interrupt: interrupt
        )
        commandTimeout = configuration.commandTimeout
        let deadline = ContinuousClock.now + configuration.connectTimeout
        if let tls = configuration.tls { try socket.secure(tls, until: deadline) }
        try greet(configuration, until: deadline)
    }

    private func greet(
        _ configuration: RedisConfiguration,
        until deadline: ContinuousClock.Instant
    ) throws(RedisError) {
        var greeting = RedisBatch()
        if let credentials = configuration.credentials {
            greeting.append("AUTH", arguments: [credentials.user, credentials.password].compactMap(\.self))
        }
        // Without a database this still finds a Redis that wants a password or is loading.
        greeting.append("SELECT", configuration.database)
        do throws(RedisError) {
            for reply in try pipeline(greeting, timeout: deadline - .now) { _ = try reply.get() }
        } catch {
            switch error.code {
            case .closed: throw error
            case .connectionLost, .protocolError:
                throw RedisError(.connectionFailed, error.message + Self.question(of: configuration))
            case .server: throw RedisError(.connectionFailed, "\(socket.peer): \(error.message)")
            default: throw RedisError(.connectionFailed, error.message)
            }
        }
    }

    /// What a server may have against a new connection that it closes without a word.
    private static func question(of configuration: RedisConfiguration) -> String {
        switch (configuration.address, configuration.tls) {
        case (.tcp, nil): "; does the server want TLS (rediss://)?"
        case (.tcp, let tls?) where tls.identity == nil: "; does the server want a certificate (sslcert, sslkey)?"
        default: ""
        }
    }

    /// Whether the connection still stands and nothing unexpected has come over it.
    package var isHealthy: Bool { socket.isQuiet }

    /// Sends one command and waits for its reply.
    ///
    /// A command that blocks in Redis (`XREAD BLOCK`) needs a timeout longer than its block.
    ///
    /// - Throws: `server` for an error reply, `connectionLost`, `timedOut`, `protocolError`.
    package func send(_ command: RedisCommand, timeout: Duration? = nil) throws(RedisError) -> RedisValue {
        var value = RedisValue.null
        try exchange(command.batch, timeout: timeout) { value = $0 }
        return try value.get()
    }

    /// Sends the commands in one go and returns one reply for each, error replies among them as `RedisValue.error`.
    ///
    /// - Parameter timeout: for the batch as a whole; the configured `commandTimeout` by default.
    /// - Throws: `connectionLost`, `timedOut`, `protocolError`.
    package func pipeline(_ batch: RedisBatch, timeout: Duration? = nil) throws(RedisError) -> [RedisValue] {
        var values: [RedisValue] = []
        values.reserveCapacity(batch.count)
        try exchange(batch, timeout: timeout) { values.append($0) }
        return values
    }

    /// Sends the commands in one go and counts the replies without building them: the fastest way to write much.
    ///
    /// - Parameter timeout: for the batch as a whole; the configured `commandTimeout` by default.
    /// - Throws: `connectionLost`, `timedOut`, `protocolError`.
    package func pipelineCounting(_ batch: RedisBatch, timeout: Duration? = nil) throws(RedisError) -> RedisTally {
        let counter = RedisReplyCounter()
        try withExtendedLifetime(counter) { () throws(RedisError) in
            try socket.exchange(batch.bytes, replies: batch.count, until: deadline(timeout), counter: counter)
        }
        return counter.tally
    }

    /// Like ``pipeline(_:timeout:)``, but hands each reply over as it comes, so those before a failure are not lost.
    func exchange(
        _ batch: RedisBatch,
        timeout: Duration? = nil,
        receive: (RedisValue) -> Void
    ) throws(RedisError) {
        try socket.exchange(batch.bytes, replies: batch.count, until: deadline(timeout)) { reply in
            receive(RedisValue(consuming: reply))
        }
    }

    private func deadline(_ timeout: Duration?) -> ContinuousClock.Instant {
        .now + (timeout ?? commandTimeout)
    }
}
