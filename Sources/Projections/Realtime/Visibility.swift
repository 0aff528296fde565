package import EventStore
package import Events
internal import Foundation
package import Postgres

/// A stretch of log positions: from the event at `from` on, until before the one at `to`; nil while it lasts.
package struct Interval: Sendable, Equatable {
    package let from: Position
    package let to: Position?

    package init(from: Position, to: Position?) {
        self.from = from
        self.to = to
    }

    package func contains(_ position: Position) -> Bool { from <= position && to.map { position < $0 } ?? true }
}

/// When a user could see anything, and as what.
package struct Standing: Sendable, Equatable {
    package let interval: Interval
    package let guest: Bool
    /// An owner or an administrator.
    package let administrator: Bool

    package init(_ interval: Interval, guest: Bool, administrator: Bool = false) {
        self.interval = interval
        self.guest = guest
        self.administrator = administrator
    }
}

extension Sequence<Standing> {
    package func at(_ position: Position) -> Standing? { first { $0.interval.contains(position) } }
}

/// What one user may see of the log's events, each as of its position; and nothing from before a loss of access that came
/// later, since what is lost may not be read from a queue either.
package struct Visibility: Sendable {
    private let user: UserID
    private let standings: [Standing]
    private let memberships: [RoomID: [Interval]]
    /// Where the user last left each room.
    private let left: [RoomID: Position]
    /// Where the user last ceased to see anything.
    private let closed: Position
    /// Where the user last became a guest, and so ceased to see channels that they are no member of.
    private let demoted: Position
    /// Where the user last ceased to be an administrator.
    private let dismissed: Position

    package init(user: UserID, standings: [Standing], memberships: [RoomID: [Interval]]) {
        self.user = user
        self.standings = standings
        self.memberships = memberships
        left = memberships.compactMapValues { $0.compactMap(\.to).max() }
        let ends = standings.compactMap { standing in standing.interval.to.map { (standing, $0) } }
        closed = ends.filter { _, end in standings.at(end) == nil }.map(\.1).max() ?? 0
        demoted = ends.filter { !$0.guest && standings.at($1)?.guest == true }.map(\.1).max() ?? 0
        dismissed =
            ends.filter { $0.administrator && standings.at($1)?.administrator == false }.map(\.1).max() ?? 0
    }

    package func sees(_ event: RealtimeEvent) -> Bool {
        let position = event.place.position
        guard position >= closed else { return false }
        if case .tenantAndFormer(user) = event.audience { return standings.at(position - 1) != nil }
        guard let standing = standings.at(position) else { return false }
        switch event.audience {
        case .tenant, .tenantAndFormer: return true
        case .administrators: return standing.administrator && position >= dismissed
        case .user(let id):
            return id == user && event.room.map { position >= left[$0, default: 0] } ?? true
        case .members(let room): return isMember(of: room, at: position)
        case .membersAndFormer(let room, let former):
            return isMember(of: room, at: position) || former == user && position >= left[room, default: 0]
        case .channel(let room):
            return standing.guest ? isMember(of: room, at: position) : position >= demoted
        }
    }

    private func isMember(of room: RoomID, at position: Position) -> Bool {
        position >= left[room, default: 0] && memberships[room]?.contains { $0.contains(position) } ?? false
    }
}

extension Visibility {
    /// The statements that load it, in one pipeline, under row-level security. A user whose stream is set aside has no standing.
    package static func queries(for user: UserID, in tenant: Tenant) -> [SQL] {
        [
            """
            SELECT from_position, to_position, guest, administrator FROM rm.tenant_memberships
             WHERE tenant = \(tenant.id) AND member = \(user.uuid)
               AND NOT EXISTS (SELECT FROM rm.parked_streams WHERE tenant = \(tenant.id) AND stream = \(user.uuid))
             ORDER BY from_position
            """,
            """
            SELECT room, from_position, to_position FROM rm.memberships
             WHERE tenant = \(tenant.id) AND member = \(user.uuid)
            """,
        ]
    }

    /// - Parameter horizon: what was lost after it is not lost yet, for whoever is told of events up to there.
    package init(
        user: UserID,
        asOf horizon: Position,
        _ standings: PostgresResult,
        _ memberships: PostgresResult
    ) throws(PostgresError) {
        func interval(_ from: Position, _ to: Position?) -> Interval {
            Interval(from: from, to: to.flatMap { $0 <= horizon ? $0 : nil })
        }
        let rooms = try memberships.decode((UUID, Int64, Int64?).self)
        self.init(
            user: user,
            standings: try standings.decode((Int64, Int64?, Bool, Bool).self).map {
                Standing(interval($0, $1), guest: $2, administrator: $3)
            },
            memberships: Dictionary(grouping: rooms) { RoomID($0.0) }.mapValues {
                $0.map { interval($0.1, $0.2) }
            }
        )
    }
}
