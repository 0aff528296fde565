internal import EventStore

package import struct Foundation.UUID

/// An event of any stream of any log.
package enum AnyEvent: Sendable, Equatable {
    case user(UserID, UserEvent)
    case handle(HandleID, HandleEvent)
    case room(RoomID, RoomEvent)
    case message(MessageID, MessageEvent)
    case readState(ReadStateID, ReadStateEvent)
    case repair(RepairID, RepairEvent)
    case limits(LimitsID, LimitEvent)
    case usage(UsageID, UsageEvent)
    case usageReport(UsageReportID, UsageReportEvent)
    case policies(PoliciesID, PolicyEvent)
    case control(ControlEvent)

    /// What happened, whatever it happened to.
    package var said: any Event {
        switch self {
        case .user(_, let event): event
        case .handle(_, let event): event
        case .room(_, let event): event
        case .message(_, let event): event
        case .readState(_, let event): event
        case .repair(_, let event): event
        case .limits(_, let event): event
        case .usage(_, let event): event
        case .usageReport(_, let event): event
        case .policies(_, let event): event
        case .control(let event): event.said
        }
    }

    /// The identifier of the stream as the edge shows it, such as `room_0190…`.
    package var streamName: String {
        switch self {
        case .user(let id, _): "\(id)"
        case .handle(let id, _): "\(id)"
        case .room(let id, _): "\(id)"
        case .message(let id, _): "\(id)"
        case .readState(let id, _): "\(id)"
        case .repair(let id, _): "\(id)"
        case .limits(let id, _): "\(id)"
        case .usage(let id, _): "\(id)"
        case .usageReport(let id, _): "\(id)"
        case .policies(let id, _): "\(id)"
        case .control(let event): event.streamName
        }
    }

    /// The room that it happened in or to, if it did in one.
    package var room: RoomID? {
        switch self {
        case .user, .handle, .repair, .limits, .usage, .usageReport, .policies, .control: nil
        case .room(let id, _): id
        case .message(_, let event): event.room
        case .readState(_, .markerMoved(_, let room, _)): room
        }
    }
}

/// Which streams there are: the one list that knows every kind.
package enum EventCatalog {
    package static let kinds: [any Event.Type] =
        [
            UserEvent.self, HandleEvent.self, RoomEvent.self, MessageEvent.self, ReadStateEvent.self, RepairEvent.self,
            LimitEvent.self, UsageEvent.self, UsageReportEvent.self, PolicyEvent.self,
        ] + ControlEvent.kinds

    /// The kind of stream that an event name belongs to, whatever its version.
    static let kindByName: [String: any Event.Type] = Dictionary(
        uniqueKeysWithValues: kinds.flatMap { kind in Set(kind.types.map(\.name)).map { ($0, kind) } }
    )

    /// The bare identifier in a stream's name at the edge, of whatever kind: `room_0190…` or `msg_0190…`; nil for no such name.
    package static func stream(named text: String) -> UUID? {
        let parts = text.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, kinds.contains(where: { $0.prefix == parts[0] }) else { return nil }
        return UUID(text: String(parts[1]))
    }

    static let currentVersion: [String: Int] = Dictionary(
        uniqueKeysWithValues: kinds.flatMap { kind in kind.types.map { ($0.name, $0.version) } }
    )
}
