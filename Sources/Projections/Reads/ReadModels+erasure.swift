package import EventStore
package import Events
package import Foundation
internal import Postgres

extension ReadModels {
    /// The key of a user who has been forgotten, and when it was destroyed; nil while it is there.
    package func destroyedKey(of user: UserID, in tenant: Tenant) async throws -> (id: UUID, at: Timestamp)? {
        let query: SQL = """
            SELECT id, destroyed_at FROM es.subject_keys
             WHERE tenant = \(tenant.id) AND subject = \(user.uuid) AND destroyed_at IS NOT NULL
            """
        return try await read([query], in: tenant) { (results) throws(PostgresError) in
            try results[0].decode((UUID, PostgresTimestamp).self).first.map { (id: $0.0, at: Timestamp($0.1)) }
        }
    }
}
