package import Crypto
package import Foundation
package import Postgres

/// The data keys of the people whose words are sealed in the log, one current key a subject, wrapped by the master key in
/// `es.subject_keys`. Destroying a key is forgetting the person: what it sealed can never be read again.
package final class Keyring: Sendable {
    package enum Entry: Sendable {
        case key(SymmetricKey)
        case destroyed
    }

    package struct Current: Sendable {
        package let id: UUID
        package let key: SymmetricKey
    }

    /// `pool` connects as `daybook_appender`, which may call `es.subject_key` and `es.subject_keys_of`.
    package init(masterKey: MasterKey, pool: PostgresPool) {
        fatalError("seam")
    }

    /// The subject's key to seal with; made on first use, the same for all processes. A destroyed subject gets none: nil.
    package func current(of subject: UUID, in tenant: UUID) async throws(PostgresError) -> Current? {
        fatalError("seam")
    }

    /// What is known of a key without asking the database.
    package func cached(_ id: UUID) -> Entry? {
        fatalError("seam")
    }

    /// Makes `cached` know these keys. An id that the table does not know counts as destroyed.
    package func load(_ ids: Set<UUID>) async throws(PostgresError) {
        fatalError("seam")
    }

    /// The same on a connection that the caller owns.
    package func load(_ ids: Set<UUID>, on connection: PostgresConnection) throws(PostgresError) {
        fatalError("seam")
    }

    /// Destroys a subject's keys and forgets them here.
    package func destroy(subject: UUID, in tenant: UUID) async throws(PostgresError) {
        fatalError("seam")
    }
}
