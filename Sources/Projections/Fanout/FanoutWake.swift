package import EventStore
package import Events
package import Foundation
package import Redis

/// What the fan-out tells the gateways after each step: how far a partition has come and for whom something came.
///
/// Fields of its stream entry: `p` partition, `w` watermark, `u` users as tenant ‖ count ‖ user …, `x` blanked payloads.
/// The count is 4 bytes big-endian; all ones: every user of the tenant. A gateway tells the others with `s` (queue) and
/// `g` (the gateway that has it now) that a poll has moved, with `d` (queue) that a queue was deleted.
package struct FanoutWake: Sendable, Equatable {
    package enum Users: Sendable, Equatable {
        case these(Set<UserID>)
        case all
    }

    package enum Blanked: Sendable, Equatable {
        case these([RealtimePlace])
        case all

        package var isEmpty: Bool { self == .these([]) }

        mutating func add(_ more: [RealtimePlace]) {
            guard case .these(let places) = self else { return }
            self = places.count + more.count > FanoutWake.blankLimit ? .all : .these(places + more)
        }
    }

    package let partition: Partition
    package let watermark: Position
    package internal(set) var users: [UUID: Users]
    /// Payloads that say less than before; caches must drop them.
    package internal(set) var blanked: Blanked

    /// Beyond it a wake names the tenant instead of its users.
    static let userLimit = 2000
    /// Beyond it a wake says that any payload of the partition may have changed.
    static let blankLimit = 500

    init(partition: Partition, watermark: Position, users: [UUID: Users], blanked: Blanked = .these([])) {
        self.partition = partition
        self.watermark = watermark
        self.users = users
        self.blanked = blanked
    }

    mutating func add(_ owner: QueueOwner) {
        switch users[owner.tenant] {
        case .all: break
        case .these(var set):
            // Out and in again, so that the set is not copied.
            users[owner.tenant] = nil
            set.insert(owner.id)
            users[owner.tenant] = set.count > Self.userLimit ? .all : .these(set)
        case nil: users[owner.tenant] = .these([owner.id])
        }
    }

    func append(to batch: inout RedisBatch) {
        var packed: [UInt8] = []
        for (tenant, users) in users {
            packed += tenant.bytes
            switch users {
            case .all: packed += [0xFF, 0xFF, 0xFF, 0xFF]
            case .these(let set):
                packed += withUnsafeBytes(of: UInt32(set.count).bigEndian) { Array($0) }
                for user in set { packed += user.uuid.bytes }
            }
        }
        let dropped =
            switch blanked {
            case .all: "*"
            case .these(let places): places.map { "\($0.position)-\($0.index)" }.joined(separator: " ")
            }
        batch.append(
            "XADD",
            FanoutKeys.wake,
            "MAXLEN",
            "~",
            1000,
            "*",
            "p",
            Int(partition.number),
            "w",
            watermark,
            "u",
            packed,
            "x",
            dropped
        )
    }

    /// Nil for an entry of another kind.
    package init?(_ entry: RedisStreamEntry) {
        guard let number = entry["p"].flatMap({ Int32(String(decoding: $0, as: UTF8.self)) }),
            let watermark = entry["w"].flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }), let packed = entry["u"]
        else { return nil }
        var users: [UUID: Users] = [:]
        var rest = packed[...]
        while rest.count >= 20, let tenant = UUID(bytes: rest.prefix(16)) {
            let count = rest.dropFirst(16).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(20)
            if count == 0xFFFF_FFFF {
                users[tenant] = .all
                continue
            }
            guard rest.count >= 16 * count else { return nil }
            var set: Set<UserID> = []
            for _ in 0..<count {
                if let user = UUID(bytes: rest.prefix(16)) { set.insert(UserID(user)) }
                rest = rest.dropFirst(16)
            }
            users[tenant] = .these(set)
        }
        let dropped = String(decoding: entry["x"] ?? [], as: UTF8.self)
        let places = dropped.split(separator: " ").compactMap {
            RedisStreamID(String($0)).flatMap { RealtimePlace($0) }
        }
        let blanked = dropped == "*" ? Blanked.all : .these(places)
        self.init(partition: Partition(number), watermark: watermark, users: users, blanked: blanked)
    }
}
