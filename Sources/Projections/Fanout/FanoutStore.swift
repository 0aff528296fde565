internal import EventStore
internal import Foundation
internal import Redis

/// Writes to Redis as the partition's owner, or not at all: each step is `WATCH` and a look at the owner, then one `MULTI`.
/// Whoever takes the partition over changes the owner, and a flush removes it: either way `EXEC` answers null.
struct FanoutStore {
    /// Another fan-out owns the partition, or Redis has lost what it held.
    struct Lost: OwnershipLost, CustomStringConvertible {
        var description: String { "the fan-out's place in Redis is gone: taken over, or Redis was flushed" }
    }

    /// What Redis holds of the partition.
    struct State {
        /// Drawn anew whenever Redis has lost its queues; nil if it has.
        var epoch: String?
        var watermark: Position
    }

    let partition: Partition
    let epoch: Int64
    private let connection: RedisConnection

    /// Becomes the owner, with the epoch of the lease. Throws `Lost` if a later owner is there.
    init(taking partition: Partition, epoch: Int64, on connection: RedisConnection) throws {
        self.partition = partition
        self.epoch = epoch
        self.connection = connection
        let owner = FanoutKeys.owner(partition)
        var look = RedisBatch()
        look.append("WATCH", owner)
        look.append("GET", owner)
        let found = try connection.pipeline(look)[1].get().int ?? 0
        guard found <= epoch else { throw Lost() }
        var take = RedisBatch()
        take.append("SET", owner, epoch)
        try execute(take)
    }

    func isOwner() throws(RedisError) -> Bool {
        try connection.send(RedisCommand("GET", FanoutKeys.owner(partition))).int == epoch
    }

    func state() throws(RedisError) -> State {
        let values = try connection.send(RedisCommand("HMGET", FanoutKeys.state(partition), "e", "w")).array ?? []
        return State(epoch: values.first?.string, watermark: values.last?.int ?? 0)
    }

    /// Reads; commands that write belong in `commit`.
    func read(_ batch: RedisBatch) throws(RedisError) -> [RedisValue] {
        batch.isEmpty ? [] : try connection.pipeline(batch)
    }

    /// Does all of the commands or none. An `XADD` that is refused because its entry is there already counts as done.
    func commit(_ commands: RedisBatch) throws {
        guard !commands.isEmpty else { return }
        let owner = FanoutKeys.owner(partition)
        var look = RedisBatch()
        look.append("WATCH", owner)
        look.append("GET", owner)
        guard try connection.pipeline(look)[1].get().int == epoch else { throw Lost() }
        try execute(commands)
    }

    private func execute(_ commands: RedisBatch) throws {
        var batch = RedisBatch()
        batch.reserveCapacity(bytes: commands.byteCount + 64)
        batch.append("MULTI")
        batch.append(contentsOf: commands)
        batch.append("EXEC")
        let tally = try connection.pipelineCounting(batch)
        guard tally.nulls == 0 else { throw Lost() }
        // "ERR The ID specified in XADD is equal or smaller than the target stream top item": a repeat after a crash.
        if let (prefix, _) = tally.errors.first(where: { $0.key != "ERR" }) {
            throw RedisError(.server(prefix), "Redis refused a step of the fan-out: \(prefix)")
        }
    }
}
