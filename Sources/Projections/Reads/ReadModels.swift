package import EventStore
internal import Events
internal import Foundation
package import Postgres

/// The read models as the role `daybook_gateway` may see them: every call is one transaction bound to the tenant, by row-level
/// security as well as by its predicates. What a user may not see is not returned; auditors, deactivated users and what the
/// projector has set aside see and show nothing.
package final class ReadModels: Sendable {
    package let pool: PostgresPool
    /// Advances as projections commit; `wait` listens to it.
    package let progress: PositionWatch
    let set: ReadModelSet
    let poller = ProgressPoller()

    package init(_ set: ReadModelSet = .product, pool: PostgresPool, progress: PositionWatch) {
        self.set = set
        self.pool = pool
        self.progress = progress
    }

    /// Which slice of a list: `limit` items after or before `cursor` (nil: from the start, or backwards from the end).
    package struct Page: Sendable {
        package var limit: Int
        package var cursor: String?
        package var backwards: Bool
        package init(limit: Int, cursor: String? = nil, backwards: Bool = false) {
            self.limit = limit
            self.cursor = cursor
            self.backwards = backwards
        }
    }

    /// A slice of a list, and the keys where the neighbouring slices start; nil at an end. Keys are plain here: the edge signs them.
    package struct Slice<Item: Sendable>: Sendable {
        package var items: [Item]
        package var next: String?
        package var previous: String?
        package init(items: [Item], next: String?, previous: String?) {
            self.items = items
            self.next = next
            self.previous = previous
        }
    }

    /// Runs queries in one transaction and one round trip, bound to the tenant, and gives what `decode` makes of their results.
    func read<Value: Sendable>(
        _ queries: [SQL],
        in tenant: Tenant,
        decode: @escaping @Sendable ([PostgresResult]) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        try await pool.pipeline([Self.binding(to: tenant)] + queries) { (results) throws(PostgresError) in
            try decode(Array(results.dropFirst()))
        }
    }

    /// Binds the transaction to the tenant's rows.
    static func binding(to tenant: Tenant) -> SQL {
        "SELECT set_config('daybook.tenant', \(tenant.id.text), true)"
    }

    /// Whether a room is the viewer's to see, as a row or none.
    static func visibility(of room: RoomID, for viewer: Viewer) -> SQL {
        "SELECT WHERE \(viewer.sees(room: "\(room.uuid)"))"
    }
}
