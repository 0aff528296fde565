internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// Who asks, as conditions of SQL. Active users but auditors see the rooms that they are members of, and all but guests every
/// channel. What is set aside is withheld: a parked user sees nothing, and nobody sees a parked room or message.
struct Viewer {
    let id: UUID
    let tenant: UUID

    init(_ id: UserID, in tenant: Tenant) {
        self.id = id.uuid
        self.tenant = tenant.id
    }

    /// Sees anything at all.
    var isPresent: SQL { "EXISTS (SELECT FROM rm.users v WHERE \(present))" }

    /// Sees channels that it is no member of.
    var isNoGuest: SQL { "EXISTS (SELECT FROM rm.users v WHERE \(present) AND v.role <> 'guest')" }

    /// Sees a room. Does not mention other tables if `room` is a value: then Postgres asks it once, not for every row.
    func sees(room: SQL) -> SQL {
        """
        EXISTS (
          SELECT FROM rm.users v JOIN rm.rooms r ON r.tenant = v.tenant AND r.id = \(room)
           WHERE \(present) AND \(isNotParked("r.id"))
             AND (r.kind = 'channel' AND v.role <> 'guest' OR EXISTS (
               SELECT FROM rm.memberships s
                WHERE s.tenant = r.tenant AND s.room = r.id AND s.member = v.id AND s.to_position IS NULL)))
        """
    }

    /// The rooms that it sees with identifiers in a range, at most `limit` in the order given, as rows (id).
    func rooms(where range: (SQL) -> SQL, order: SQL, limit: Int) -> SQL {
        """
        (SELECT s.room AS id FROM rm.memberships s
          WHERE s.tenant = \(tenant) AND s.member = \(id) AND s.to_position IS NULL AND \(range("s.room"))
            AND \(isPresent) AND \(isNotParked("s.room"))
          ORDER BY s.room \(order) LIMIT \(limit))
        UNION
        (SELECT r.id FROM rm.rooms r
          WHERE r.tenant = \(tenant) AND r.kind = 'channel' AND \(range("r.id"))
            AND \(isNoGuest) AND \(isNotParked("r.id"))
          ORDER BY r.id \(order) LIMIT \(limit))
        """
    }

    func isNotParked(_ stream: SQL) -> SQL {
        "NOT EXISTS (SELECT FROM rm.parked_streams p WHERE p.tenant = \(tenant) AND p.stream = \(stream))"
    }

    private var present: SQL {
        "v.tenant = \(tenant) AND v.id = \(id) AND v.active AND v.role <> 'auditor' AND \(isNotParked("v.id"))"
    }
}
