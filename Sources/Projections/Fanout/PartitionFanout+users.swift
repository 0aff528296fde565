internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Redis

/// Who is served: whoever has a live queue in `rt.queues`, or of whom a gateway has just said that they come.
extension PartitionFanout {
    /// Goes on with the queues that Redis holds, begins those that it does not, and drops those of nobody.
    mutating func takeUsers(afresh: Bool, on connection: PostgresConnection) throws {
        let registered = try ServedUsers.registered(partition, on: connection)
        var look = RedisBatch()
        look.append("SMEMBERS", FanoutKeys.served(partition))
        let held = Set(
            (try store.read(look)[0].get().array ?? []).compactMap { $0.bytes.flatMap { QueueOwner(bytes: $0) } }
        )
        let kept = afresh ? [] : registered.intersection(held)

        var commands = RedisBatch()
        for owner in held.subtracting(kept) { drop(owner, &commands) }
        try store.commit(commands)

        let standings = try ServedUsers.standings(of: Array(kept), on: connection)
        var fences = RedisBatch()
        for owner in kept {
            fences.append("HGETALL", FanoutKeys.fences(owner, partition))
            fences.append("XLEN", FanoutKeys.queue(owner, partition))
        }
        let replies = try store.read(fences)
        var lost: Set<QueueOwner> = []
        for (index, owner) in kept.enumerated() {
            guard let fences = try FanoutFences(replies[2 * index]) else {
                lost.insert(owner)
                continue
            }
            let count = Int(try replies[2 * index + 1].get().int ?? 0)
            let user = ServedUser(owner, partition, fences: fences, count: count, standings: standings[owner] ?? [])
            user.resume(at: max(watermark, position))
            users.add(user)
        }
        try serve(registered.subtracting(kept).union(lost), on: connection)
    }

    /// Begins queues that are complete after where the fan-out is now.
    mutating func serve(
        _ owners: Set<QueueOwner>,
        until grace: ContinuousClock.Instant? = nil,
        on connection: PostgresConnection
    ) throws {
        guard !owners.isEmpty else { return }
        // While repeating, entries up to the watermark may be refused; only after it is a new queue complete.
        let floor = max(watermark, position)
        for tenant in Set(owners.map(\.tenant)) where users.byTenant[tenant] == nil { audiences.forget(tenant) }
        let standings = try ServedUsers.standings(of: Array(owners), on: connection)
        var commands = RedisBatch()
        for owner in owners {
            commands.append("DEL", FanoutKeys.queue(owner, partition), FanoutKeys.fences(owner, partition))
            commands.append("HSET", FanoutKeys.fences(owner, partition), "f", floor)
            commands.append("SADD", FanoutKeys.served(partition), owner.bytes)
            let user = ServedUser(
                owner,
                partition,
                fences: FanoutFences(floor: floor),
                count: 0,
                standings: standings[owner] ?? []
            )
            user.graceUntil = grace
            users.add(user)
        }
        try store.commit(commands)
    }

    /// Serves those of whom the gateways have said that somebody came for them, and wakes who waits already.
    mutating func takeNewcomers(on connection: PostgresConnection) throws {
        var look = RedisBatch()
        look.append("XRANGE", FanoutKeys.interest(partition), "(\(interestRead)", "+", "COUNT", 1000)
        let entries = try RedisStreamEntry.range(try store.read(look)[0], key: FanoutKeys.interest(partition))
        guard let last = entries.last else { return }
        interestRead = last.id
        let grace = ContinuousClock.now + Self.grace
        var newcomers: Set<QueueOwner> = []
        for owner in entries.compactMap({ $0["u"].flatMap { QueueOwner(bytes: $0) } }) {
            if let user = users[owner] { user.graceUntil = grace } else { newcomers.insert(owner) }
        }
        try serve(newcomers, until: grace, on: connection)
        try announce(Dictionary(grouping: newcomers, by: \.tenant).mapValues { .these(Set($0.map(\.id))) })
    }

    /// Serves who has registered without being heard of, and stops serving who has no queue any more.
    mutating func reloadUsers(on connection: PostgresConnection) throws {
        let registered = try ServedUsers.registered(partition, on: connection)
        var commands = RedisBatch()
        var gone: [QueueOwner] = []
        for (owner, user) in users.byOwner where !registered.contains(owner) {
            if let grace = user.graceUntil, grace > .now { continue }
            drop(owner, &commands)
            gone.append(owner)
        }
        try store.commit(commands)
        for owner in gone { users.remove(owner) }
        for tenant in Set(gone.map(\.tenant)) where users.byTenant[tenant] == nil { audiences.forget(tenant) }
        try serve(registered.subtracting(users.byOwner.keys), on: connection)
        // Long dead, so that not even its client asks any more whether it is gone.
        try connection.execute(
            """
            DELETE FROM rt.queues WHERE partition = \(partition.number)
               AND (deleted_at < now() - interval '30 days'
                    OR NOT durable AND last_poll_at < now() - interval '30 days' - make_interval(secs => idle_timeout_s))
            """
        )
    }

    private func drop(_ owner: QueueOwner, _ commands: inout RedisBatch) {
        commands.append("DEL", FanoutKeys.queue(owner, partition), FanoutKeys.fences(owner, partition))
        commands.append("SREM", FanoutKeys.served(partition), owner.bytes)
    }
}
