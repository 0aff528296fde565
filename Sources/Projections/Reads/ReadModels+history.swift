package import EventStore
package import Events
internal import Foundation
internal import Postgres

extension ReadModels {
    /// The place that a message has in its room; nil if it has not been projected. Whoever asks may see everything.
    package func seq(of message: MessageID, in tenant: Tenant) async throws -> Int64? {
        try await read(
            ["SELECT seq FROM rm.messages WHERE tenant = \(tenant.id) AND id = \(message.uuid)"],
            in: tenant
        ) { (results) throws(PostgresError) in
            try results[0].decode(Int64.self).first
        }
    }
}
