/// What a subscriber can be told. The raw value is what the wire and a queue's filter say.
package enum RealtimeType: String, Sendable, CaseIterable {
    case messageCreated = "message.created"
    case messageUpdated = "message.updated"
    case messageDeleted = "message.deleted"
    case messageRangeDeleted = "message.range_deleted"
    case messageReactionChanged = "message.reaction_changed"
    /// Whatever the subscriber holds of an author's words is to be dropped. No filter holds it back.
    case messageAuthorForgotten = "message.author_forgotten"
    case readMarkerMoved = "read_marker.moved"
    case roomChanged = "room.changed"
    case roomMemberChanged = "room.member_changed"
    case userChanged = "user.changed"
    case limitChanged = "limit.changed"
    case billingChanged = "billing.changed"
    /// What the subscriber holds of a scope is to be loaded afresh. No filter holds it back.
    case resync

    /// One letter, by which the entries of the queues in Redis name the type: add, never change.
    package var code: UInt8 {
        switch self {
        case .messageCreated: UInt8(ascii: "c")
        case .messageUpdated: UInt8(ascii: "e")
        case .messageDeleted: UInt8(ascii: "d")
        case .messageRangeDeleted: UInt8(ascii: "r")
        case .messageReactionChanged: UInt8(ascii: "a")
        case .messageAuthorForgotten: UInt8(ascii: "f")
        case .readMarkerMoved: UInt8(ascii: "m")
        case .roomChanged: UInt8(ascii: "o")
        case .roomMemberChanged: UInt8(ascii: "b")
        case .userChanged: UInt8(ascii: "u")
        case .limitChanged: UInt8(ascii: "l")
        case .billingChanged: UInt8(ascii: "g")
        case .resync: UInt8(ascii: "s")
        }
    }

    /// Whether it comes whatever a queue's filter says: it is about what the subscriber holds already.
    package var passesEveryFilter: Bool { self == .resync || self == .messageAuthorForgotten }

    private static let byCode = Dictionary(uniqueKeysWithValues: allCases.map { ($0.code, $0) })

    /// Nil for a type that a newer fan-out wrote.
    package init?(code: UInt8) {
        guard let type = Self.byCode[code] else { return nil }
        self = type
    }
}
