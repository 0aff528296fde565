package import Foundation
package import Postgres

/// The log's queries on a connection that the caller owns; blocking, for threads of their own.
package struct EventQueries: Sendable {
    package func read(
        _ partition: Partition,
        after position: Position,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        fatalError("seam")
    }

    package func read(
        of tenant: Tenant,
        after position: Position,
        through last: Position,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        fatalError("seam")
    }

    package func head(_ partition: Partition, on connection: PostgresConnection) throws(PostgresError) -> Position {
        fatalError("seam")
    }
}
