internal import EventStore
internal import Events
internal import Foundation

/// Identifiers that an archive's own always give in a tenant, so that whatever is imported again is the same.
struct SlackIDs {
    let tenant: Tenant

    func user(_ id: String) -> UserID { UserID(derived("user", id)) }

    func room(_ channel: String) -> RoomID { RoomID(derived("channel", channel)) }

    func message(_ channel: String, _ time: SlackTime) -> MessageID {
        MessageID(derived("message", channel, "\(time.time.microseconds)"))
    }

    private func derived(_ kind: String, _ id: String, _ part: String = "") -> UUID {
        .derived("daybook.slack", tenant.id.bytes, Array(kind.utf8), Array(id.utf8), Array(part.utf8))
    }
}

extension Source {
    static func slack(_ id: String, at time: Timestamp?) -> Source { Source(system: "slack", id: id, time: time) }
}
