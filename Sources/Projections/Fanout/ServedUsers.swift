internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Redis

/// A user whose queue is kept in Redis. Belongs to one fan-out thread.
final class ServedUser {
    let owner: QueueOwner
    /// The keys of the queue and of its fences, as bytes, since they are written again and again.
    let queueKey: [UInt8]
    let fencesKey: [UInt8]
    var standings: [Standing]
    var fences: FanoutFences
    /// Entries that were ever added, and how many of them lie before the floor.
    private var added: Int
    private var trimmed = 0
    /// After each `ServedUser.segment` of entries: the position then, and how many there were.
    private var segments: [(position: Position, added: Int)] = []
    /// Somebody said that they have come; until then no queue need be registered.
    var graceUntil: ContinuousClock.Instant?
    /// The last wake that names this user.
    var toldInWake = -1

    /// Entries are trimmed this many at a time, when there are more than `limit`.
    static let segment = 250
    static let limit = 1000

    init(_ owner: QueueOwner, _ partition: Partition, fences: FanoutFences, count: Int, standings: [Standing]) {
        self.owner = owner
        self.fences = fences
        added = count
        self.standings = standings
        queueKey = Array(FanoutKeys.queue(owner, partition).utf8)
        fencesKey = Array(FanoutKeys.fences(owner, partition).utf8)
    }

    /// Notes one more entry; gives the floor to raise to when the queue is over its bound.
    func add(at position: Position) -> Position? {
        added += 1
        if added.isMultiple(of: Self.segment), segments.last?.position != position {
            segments.append((position, added))
        }
        guard added - trimmed > Self.limit + Self.segment, let cut = segments.first?.position, cut > fences.floor else {
            return nil
        }
        return cut
    }

    /// The queue now begins after `floor`; gives the fences that nothing lies before any more.
    func raise(to floor: Position) -> [FanoutFences.Scope] {
        trimmed = segments.last { $0.position <= floor }?.added ?? trimmed
        segments.removeAll { $0.position <= floor }
        fences.floor = floor
        let passed = fences.revocations.filter { $0.value <= floor }.map(\.key)
        for scope in passed { fences.revocations[scope] = nil }
        return passed
    }

    /// Entries that were there at a takeover count as one segment that ends at `position`.
    func resume(at position: Position) {
        if added >= Self.segment { segments = [(position, added)] }
    }
}

/// The users that a fan-out works for.
struct ServedUsers {
    private(set) var byOwner: [QueueOwner: ServedUser] = [:]
    private(set) var byTenant: [UUID: [ServedUser]] = [:]
    /// Grows with every change, so that lists made of it are known to be old.
    private(set) var generation = 0

    subscript(_ owner: QueueOwner) -> ServedUser? { byOwner[owner] }

    mutating func add(_ user: ServedUser) {
        byOwner[user.owner] = user
        byTenant[user.owner.tenant, default: []].append(user)
        generation += 1
    }

    mutating func remove(_ owner: QueueOwner) {
        guard byOwner.removeValue(forKey: owner) != nil else { return }
        byTenant[owner.tenant]?.removeAll { $0.owner == owner }
        if byTenant[owner.tenant]?.isEmpty == true { byTenant[owner.tenant] = nil }
        generation += 1
    }
}

extension ServedUsers {
    /// Owners of the partition's live queues. A queue whose last poll, known to a quarter of its idle time, is too long ago
    /// is not live, unless it is durable.
    static func registered(
        _ partition: Partition,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Set<QueueOwner> {
        let rows = try connection.execute(
            """
            SELECT DISTINCT tenant, member FROM rt.queues
             WHERE partition = \(partition.number) AND deleted_at IS NULL
               AND (durable OR last_poll_at > now() - make_interval(secs => idle_timeout_s * 1.5 + 60))
            """
        )
        return Set(try rows.decode((UUID, UUID).self).map { QueueOwner($0, UserID($1)) })
    }

    static func standings(
        of owners: [QueueOwner],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [QueueOwner: [Standing]] {
        guard !owners.isEmpty else { return [:] }
        let rows = try connection.execute(
            """
            SELECT t.tenant, t.member, t.from_position, t.to_position, t.guest, t.administrator
              FROM unnest(\(owners.map(\.tenant)), \(owners.map(\.id.uuid))) AS k (tenant, member)
              CROSS JOIN LATERAL (
                SELECT * FROM rm.tenant_memberships t WHERE t.tenant = k.tenant AND t.member = k.member OFFSET 0) t
             ORDER BY t.from_position
            """
        )
        return Dictionary(grouping: try rows.decode((UUID, UUID, Int64, Int64?, Bool, Bool).self)) {
            QueueOwner($0.0, UserID($0.1))
        }
        .mapValues { $0.map { Standing(Interval(from: $0.2, to: $0.3), guest: $0.4, administrator: $0.5) } }
    }
}
