package import Foundation
package import Postgres

extension EventLog {
    /// Up to `limit` events of a partition with positions after `position`, oldest first. Only for a `reader` that is not
    /// bound to a tenant.
    package func read(
        _ partition: Partition,
        after position: Position,
        limit: Int
    ) async throws(PostgresError) -> [RecordedEvent] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.read(partition, after: position, limit: limit, on: connection)
        }
    }

    /// Up to `limit` events of a partition with positions before `position`, newest first.
    package func read(
        _ partition: Partition,
        before position: Position,
        limit: Int
    ) async throws(PostgresError) -> [RecordedEvent] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.read(partition, before: position, limit: limit, on: connection)
        }
    }

    /// Up to `limit` events of a stream with versions after `version`, oldest first.
    package func read(
        stream: UUID,
        of tenant: Tenant,
        after version: StreamVersion,
        limit: Int = 10_000
    ) async throws(PostgresError) -> [RecordedEvent] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.read(stream: stream, of: tenant, after: version, limit: limit, on: connection)
        }
    }

    /// Up to `limit` events of a stream with versions before `version`, newest first.
    package func read(
        stream: UUID,
        of tenant: Tenant,
        before version: StreamVersion,
        limit: Int
    ) async throws(PostgresError) -> [RecordedEvent] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.read(stream: stream, of: tenant, before: version, limit: limit, on: connection)
        }
    }

    /// Up to `limit` of a tenant's events with positions in (`position`, `last`], oldest first.
    package func read(
        of tenant: Tenant,
        after position: Position,
        through last: Position = .max,
        limit: Int
    ) async throws(PostgresError) -> [RecordedEvent] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.read(of: tenant, after: position, through: last, limit: limit, on: connection)
        }
    }

    /// Up to `limit` of a tenant's events with positions before `position`, newest first.
    package func read(
        of tenant: Tenant,
        before position: Position,
        limit: Int
    ) async throws(PostgresError) -> [RecordedEvent] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.read(of: tenant, before: position, limit: limit, on: connection)
        }
    }

    /// The versions that streams of a tenant have, at one moment; those that are not there are left out.
    package func versions(of streams: [UUID], of tenant: Tenant) async throws(PostgresError) -> [UUID: StreamVersion] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.versions(of: streams, of: tenant, on: connection)
        }
    }

    /// The position of a partition's last event that was recorded at or before `time` (microseconds since 1970), 0 if none was.
    package func position(at time: Int64, of partition: Partition) async throws(PostgresError) -> Position {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.position(at: time, of: partition, on: connection)
        }
    }

    /// The position of each partition's last event.
    package func currentHeads() async throws(PostgresError) -> [Partition: Position] {
        try await readers.withConnection { [queries] (connection) throws(PostgresError) in
            try queries.heads(on: connection)
        }
    }

    /// All events of a partition after `position`, then what comes, in pages; read only as fast as the caller iterates.
    package func tail(_ partition: Partition, after position: Position, page: Int = 500) -> EventTail {
        EventTail(log: self, partition: partition, position: position, page: page)
    }
}
