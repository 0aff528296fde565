import Synchronization
import Threads

/// Redis for async callers: a few connections, each with a thread that sends in one go what has come in meanwhile.
///
/// All callers share the connections, so neither commands that block (`BLPOP`, `XREAD BLOCK`) nor `WATCH` nor a `MULTI`
/// without its `EXEC` in the same pipeline belong here; those are for a ``RedisConnection``. Waiting for a reply is not
/// cut short by task cancellation: the command was sent.
///
/// When a connection breaks, commands in flight fail with `connectionLost` and are never sent again. Until there is a
/// new one callers fail with `connectionFailed` at once, or after one attempt to connect. A call waits at most
/// `commandTimeout` for its turn and then as long for its replies.
package final class RedisClient: Sendable {
    private let pipes: [RedisPipe]
    private let turn = Atomic(0)
    private let failed = Atomic(0)

    /// Connects when first used.
    ///
    /// - Parameters:
    ///   - connections: how many; calls go to them in turn.
    ///   - queueCapacity: how many calls may wait for each; beyond it they fail with `overloaded`.
    package init(_ configuration: RedisConfiguration, connections: Int = 1, queueCapacity: Int = 10_000) {
        precondition(connections > 0, "without a connection no call would return")
        pipes = (0..<connections).map { RedisPipe(configuration, number: $0, queueCapacity: queueCapacity) }
    }

    /// Calls that wait for their turn now.
    package var waiting: Int { pipes.reduce(0) { $0 + $1.waiting } }

    /// Calls that got no reply, since the client began.
    package var failures: Int { failed.load(ordering: .relaxed) }

    /// Sends one command and returns its reply.
    ///
    /// - Throws: `server` for an error reply; otherwise see ``pipeline(_:)-(RedisBatch)``.
    package func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        try await pipeline(command.batch)[0].get()
    }

    /// Sends the commands one after the other, see ``pipeline(_:)-(RedisBatch)``.
    package func pipeline(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        var batch = RedisBatch()
        for command in commands { batch.append(command) }
        return try await pipeline(batch)
    }

    /// Sends the commands one after the other over one connection with no other between them, and returns one reply
    /// for each, error replies among them as `RedisValue.error`.
    ///
    /// - Throws: `connectionFailed`, `overloaded`, `closed` when nothing was sent; `connectionLost`, `timedOut`,
    ///   `protocolError` when each command may or may not have taken effect.
    package func pipeline(_ batch: RedisBatch) async throws(RedisError) -> [RedisValue] {
        guard !batch.isEmpty else { return [] }
        let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let answer = await pipes[Int(UInt(bitPattern: number) % UInt(pipes.count))].pipeline(batch)
        if case .failure = answer { failed.wrappingAdd(1, ordering: .relaxed) }
        return try answer.get()
    }

    /// Takes no more calls, answers those that it has, and returns when the connections are closed.
    package func close() async {
        for pipe in pipes { pipe.stopTaking() }
        for pipe in pipes { await pipe.waitUntilFinished() }
    }
}
