package import EventStore
package import Events
package import Postgres

/// The read models as the role `daybook_gateway` may see them: every call is one transaction bound to the tenant, by row-level
/// security as well as by its predicates. What a user may not see is not returned.
package final class ReadModels: Sendable {
    package let pool: PostgresPool
    /// Advances as projections commit; `waitUntil` listens to it.
    package let progress: PositionWatch

    package init(pool: PostgresPool, progress: PositionWatch) {
        self.pool = pool
        self.progress = progress
    }

    /// Waits until the tenant's read models hold everything up to `position`; false if that took longer than `timeout`.
    package func wait(for tenant: Tenant, past position: Position, timeout: Duration) async throws -> Bool { fatalError("seam") }

    /// Which slice of a list: `limit` items after or before `cursor` (nil: from the start).
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

    package func user(_ id: UserID, in tenant: Tenant) async throws -> UserView? { fatalError("seam") }
    /// Ordered by identifier.
    package func users(_ page: Page, in tenant: Tenant) async throws -> Slice<UserView> { fatalError("seam") }

    /// A room that `viewer` may see: a member's, or a channel if the viewer is no guest.
    package func room(_ id: RoomID, for viewer: UserID, in tenant: Tenant) async throws -> RoomView? { fatalError("seam") }
    package func rooms(_ page: Page, for viewer: UserID, in tenant: Tenant) async throws -> Slice<RoomView> { fatalError("seam") }
    /// Nil if the viewer may not see the room.
    package func members(of room: RoomID, _ page: Page, for viewer: UserID, in tenant: Tenant) async throws -> Slice<MemberView>? { fatalError("seam") }

    package func message(_ id: MessageID, for viewer: UserID, in tenant: Tenant) async throws -> MessageView? { fatalError("seam") }

    package enum Anchor: Sendable {
        case newest
        case before(seq: Int64)
        case after(seq: Int64)
        /// Half before, the message itself, half after.
        case around(seq: Int64)
    }

    /// Messages of a room by sequence number, always oldest first; nil if the viewer may not see the room.
    package func messages(
        in room: RoomID,
        _ anchor: Anchor,
        limit: Int,
        for viewer: UserID,
        in tenant: Tenant
    ) async throws -> [MessageView]? { fatalError("seam") }

    /// The root and its answers by sequence number after `seq`; nil if not visible.
    package func thread(of root: MessageID, after seq: Int64, limit: Int, for viewer: UserID, in tenant: Tenant) async throws -> [MessageView]? { fatalError("seam") }
    /// Oldest first, the present form last; a deleted message has none. Nil if not visible.
    package func history(of message: MessageID, for viewer: UserID, in tenant: Tenant) async throws -> [RevisionView]? { fatalError("seam") }
    /// One entry for each room that the viewer is a member of.
    package func unread(for viewer: UserID, in tenant: Tenant) async throws -> [UnreadView] { fatalError("seam") }
}
