import Threads

/// What the thread of a ``RedisPipe`` does: keeps a connection, sends jobs together, gives each its replies.
struct RedisPipeWorker {
    static let maxJobsAtOnce = 1024

    private let configuration: RedisConfiguration
    private var connection: RedisConnection?
    private var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
    /// Why there is no connection and until when nobody tries again.
    private var failure: (error: RedisError, until: ContinuousClock.Instant)?

    init(_ configuration: RedisConfiguration) { self.configuration = configuration }

    mutating func serve(_ jobs: [RedisPipeJob]) {
        // Behind a connection that hung, callers would otherwise wait a timeout for each batch before theirs.
        let oldest = ContinuousClock.now - configuration.commandTimeout
        let live = jobs.filter { $0.since > oldest }
        if live.count < jobs.count {
            let error = RedisError(.timedOut, "the command waited too long for its turn")
            for job in jobs where job.since <= oldest { job.caller.resume(returning: .failure(error)) }
        }
        guard !live.isEmpty else { return }
        do throws(RedisError) {
            exchange(live, on: try connected())
        } catch {
            for job in live { job.caller.resume(returning: .failure(error)) }
        }
    }

    /// The connection, a new one where the old one broke, or at once why there is none.
    private mutating func connected() throws(RedisError) -> RedisConnection {
        // Redis may have closed it while nothing was asked; sending would make a needless `connectionLost` of that.
        if let connection, connection.isHealthy { return connection }
        connection = nil
        if let failure, failure.until > .now { throw failure.error }
        do throws(RedisError) {
            let connection = try RedisConnection(configuration)
            self.connection = connection
            failure = nil
            backoff.reset()
            return connection
        } catch {
            failure = (error, until: .now + backoff.next())
            throw error
        }
    }

    private mutating func exchange(_ jobs: [RedisPipeJob], on connection: RedisConnection) {
        var batch = RedisBatch()
        for job in jobs { batch.append(contentsOf: job.batch) }
        var (answered, replies) = (0, [RedisValue]())
        var mustLeave = false
        do throws(RedisError) {
            try connection.exchange(batch) { reply in
                // A master that became a replica keeps its connections; the next one leads to the new master.
                if case .error(let error) = reply, error.code == .server("READONLY") { mustLeave = true }
                replies.append(reply)
                if replies.count == jobs[answered].batch.count {
                    jobs[answered].caller.resume(returning: .success(replies))
                    answered += 1
                    replies = []
                }
            }
        } catch {
            mustLeave = true
            for job in jobs[answered...] { job.caller.resume(returning: .failure(error)) }
        }
        if mustLeave { self.connection = nil }
    }
}
