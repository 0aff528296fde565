package import EventStore
package import Events
internal import Foundation
internal import Postgres

extension ReadModels {
    package func user(_ id: UserID, in tenant: Tenant) async throws -> UserView? {
        let query: SQL =
            "SELECT \(Self.userColumns) FROM rm.users u WHERE u.tenant = \(tenant.id) AND u.id = \(id.uuid)"
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            try Self.users(results[0]).first?.item
        }
    }

    /// Ordered by identifier.
    package func users(_ page: Page, in tenant: Tenant) async throws -> Slice<UserView> {
        let paging = try Paging(page)
        let query: SQL = """
            SELECT \(Self.userColumns) FROM rm.users u WHERE u.tenant = \(tenant.id) AND \(paging.range("u.id"))
            ORDER BY u.id \(paging.order) LIMIT \(paging.limit)
            """
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            paging.slice(try Self.users(results[0]))
        }
    }

    static let userColumns: SQL = "u.id, u.handle, u.name, u.kind, u.role, u.active, u.version"

    static func users(_ result: PostgresResult) throws(PostgresError) -> [(key: UUID, item: UserView)] {
        try result.decode((UUID, String?, String?, UserEvent.Kind, Role, Bool, Int64).self)
            .map { id, handle, name, kind, role, active, version in
                let view = UserView(
                    id: UserID(id).description,
                    handle: handle,
                    name: name,
                    kind: kind,
                    role: role,
                    active: active,
                    version: version
                )
                return (id, view)
            }
    }
}
