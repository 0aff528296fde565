internal import EventStore
package import Events
internal import Foundation
package import Redis

/// A queue's entry: what the event is without what it says. Field `e` of the stream's entry:
///
/// ```
/// type code 1 byte ‖ right 1 byte, 'm' as a member, 'c' as one who sees all channels, 'd' as an administrator, 'a' as any user ‖ room 16 bytes, or none
/// ```
package struct FanoutEntry: Sendable, Equatable {
    /// Why the user may see it, and so what takes that away.
    package enum Right: UInt8, Sendable {
        case member = 0x6D
        case channels = 0x63
        case administrator = 0x64
        case any = 0x61
    }

    package let place: RealtimePlace
    /// Nil for a type that a newer fan-out wrote.
    package let type: RealtimeType?
    package let right: Right
    package let room: RoomID?

    static func value(_ type: RealtimeType, _ right: Right, _ room: RoomID?) -> [UInt8] {
        [type.code, right.rawValue] + (room?.uuid.bytes ?? [])
    }

    /// Nil for an entry of another form.
    package init?(_ entry: RedisStreamEntry) {
        guard let place = RealtimePlace(entry.id), let value = entry["e"], value.count == 2 || value.count == 18,
            let right = Right(rawValue: value[1])
        else { return nil }
        self.place = place
        self.right = right
        type = RealtimeType(code: value[0])
        room = UUID(bytes: value.dropFirst(2)).map { RoomID($0) }
    }
}

/// What bounds a user's queue in Redis: it is complete after `floor`, and entries before a revocation are withheld.
package struct FanoutFences: Sendable, Equatable {
    package enum Scope: Hashable, Sendable {
        /// Ceased to be a member of it.
        case room(RoomID)
        /// Became a guest.
        case channels
        /// Ceased to be an administrator.
        case administration
        /// Ceased to see anything.
        case all

        var field: String {
            switch self {
            case .room(let room): "r\(room.uuid.hex)"
            case .channels: "c"
            case .administration: "d"
            case .all: "*"
            }
        }

        init?(field: String) {
            switch field.first {
            case "c": self = .channels
            case "d": self = .administration
            case "*": self = .all
            case "r":
                let digits = Array(field.utf8.dropFirst())
                let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                    UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
                }
                guard let room = UUID(bytes: bytes) else { return nil }
                self = .room(RoomID(room))
            default: return nil
            }
        }
    }

    package var floor: Int64
    package var revocations: [Scope: Int64] = [:]

    package init(floor: Int64) { self.floor = floor }

    /// Reads the reply of `HGETALL`; nil if the user is not served.
    package init?(_ reply: RedisValue) throws(RedisError) {
        guard let words = try reply.get().array else { return nil }
        var floor: Int64?
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            guard let field = words[index].string, let position = words[index + 1].int else { continue }
            if field == "f" {
                floor = position
            } else if let scope = Scope(field: field) {
                revocations[scope] = position
            }
        }
        guard let floor else { return nil }
        self.floor = floor
    }

    package func withholds(_ entry: FanoutEntry) -> Bool {
        let position = entry.place.position
        if position < revocations[.all, default: 0] { return true }
        switch entry.right {
        case .member: return entry.room.map { position < revocations[.room($0), default: 0] } ?? false
        case .channels: return position < revocations[.channels, default: 0]
        case .administrator: return position < revocations[.administration, default: 0]
        case .any: return false
        }
    }
}
