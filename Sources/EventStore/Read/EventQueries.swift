package import Foundation
package import Postgres

/// The log's queries on a connection that the caller owns; blocking, for threads of their own. Each is one round trip.
package struct EventQueries: Sendable {
    let dictionary: TypeDictionary

    /// For whoever reads without an `EventLog`.
    package init() { dictionary = TypeDictionary() }

    init(dictionary: TypeDictionary) { self.dictionary = dictionary }

    /// Up to `limit` events of a partition with positions after `position`, oldest first. Only `daybook_projector` sees
    /// events here: others are bound to a tenant.
    package func read(
        _ partition: Partition,
        after position: Position,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        let last = position > .max - Position(limit) ? .max : position + Position(limit)
        return try page(
            """
            SELECT \(raw: Self.columns) FROM es.events
            WHERE partition = \(partition.number) AND position > \(position) ORDER BY position LIMIT \(limit)
            """,
            commits: commits(partition, after: position, through: last),
            on: connection
        )
    }

    /// Up to `limit` events of a partition with positions before `position`, newest first.
    package func read(
        _ partition: Partition,
        before position: Position,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        // A position far past the head is the head: the page then begins there.
        let end = min(position, try head(partition, on: connection) + 1)
        return try page(
            """
            SELECT \(raw: Self.columns) FROM es.events
            WHERE partition = \(partition.number) AND position < \(end) ORDER BY position DESC LIMIT \(limit)
            """,
            commits: commits(partition, after: end - 1 - Position(limit), through: end - 1),
            on: connection
        )
    }

    /// Up to `limit` of a tenant's events with positions in (`position`, `last`], oldest first; as any role that may read.
    package func read(
        of tenant: Tenant,
        after position: Position,
        through last: Position,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        try sparsePage(
            of: tenant,
            """
            SELECT \(raw: Self.columns) FROM es.events
            WHERE partition = \(tenant.partition.number) AND tenant = \(tenant.id)
              AND position > \(position) AND position <= \(last)
            ORDER BY position LIMIT \(limit)
            """,
            on: connection
        )
    }

    /// Up to `limit` of a tenant's events with positions before `position`, newest first.
    package func read(
        of tenant: Tenant,
        before position: Position,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        try sparsePage(
            of: tenant,
            """
            SELECT \(raw: Self.columns) FROM es.events
            WHERE partition = \(tenant.partition.number) AND tenant = \(tenant.id) AND position < \(position)
            ORDER BY position DESC LIMIT \(limit)
            """,
            on: connection
        )
    }

    /// Up to `limit` events of a stream with versions after `version`, oldest first.
    package func read(
        stream: UUID,
        of tenant: Tenant,
        after version: StreamVersion,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        try sparsePage(
            of: tenant,
            """
            SELECT \(raw: Self.columns) FROM es.events
            WHERE partition = \(tenant.partition.number) AND tenant = \(tenant.id) AND stream = \(stream)
              AND version > \(version)
            ORDER BY version LIMIT \(limit)
            """,
            on: connection
        )
    }

    /// Up to `limit` events of a stream with versions before `version`, newest first.
    package func read(
        stream: UUID,
        of tenant: Tenant,
        before version: StreamVersion,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        try sparsePage(
            of: tenant,
            """
            SELECT \(raw: Self.columns) FROM es.events
            WHERE partition = \(tenant.partition.number) AND tenant = \(tenant.id) AND stream = \(stream)
              AND version < \(version)
            ORDER BY version DESC LIMIT \(limit)
            """,
            on: connection
        )
    }

    /// The versions that streams of a tenant have, at one moment; those that are not there are left out.
    package func versions(
        of streams: [UUID],
        of tenant: Tenant,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [UUID: StreamVersion] {
        let results = try connection.pipeline([
            bound(to: tenant),
            """
            SELECT stream, version FROM es.streams
            WHERE partition = \(tenant.partition.number) AND tenant = \(tenant.id) AND stream = ANY(\(streams))
            """,
        ])
        return Dictionary(uniqueKeysWithValues: try results[1].decode((UUID, StreamVersion).self).map { ($0, $1) })
    }

    /// The position of the last event that was recorded at or before `time` (microseconds since 1970), 0 if none was.
    ///
    /// Commits lie in the order of their times, so a bisection by position finds it in as many look-ups as the head has bits.
    package func position(
        at time: Int64,
        of partition: Partition,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Position {
        // All up to `low` is early enough; nothing after `high` is.
        var low: Position = 0
        var high = try head(partition, on: connection)
        while low < high {
            let middle = low + (high - low + 1) / 2
            let commit = try connection.execute(
                """
                SELECT first_position, last_position, committed_at FROM es.commits
                WHERE partition = \(partition.number) AND last_position >= \(middle) ORDER BY last_position LIMIT 1
                """
            ).decode((Position, Position, PostgresTimestamp).self)
            guard let (first, last, committedAt) = commit.first else {
                throw PostgresError(.decoding, "no commit holds position \(middle) of partition \(partition)")
            }
            if committedAt.microsecondsSince1970 <= time { low = last } else { high = first - 1 }
        }
        return low
    }

    /// The position of a partition's last event, 0 if it has none.
    package func head(_ partition: Partition, on connection: PostgresConnection) throws(PostgresError) -> Position {
        try connection.execute(
            """
            SELECT last_position FROM es.commits WHERE partition = \(partition.number)
            ORDER BY last_position DESC LIMIT 1
            """
        ).decode(Position.self).first ?? 0
    }

    /// The position of each partition's last event.
    package func heads(on connection: PostgresConnection) throws(PostgresError) -> [Partition: Position] {
        let rows = try connection.execute(
            """
            SELECT h.partition, coalesce((SELECT c.last_position FROM es.commits c WHERE c.partition = h.partition
                                          ORDER BY c.last_position DESC LIMIT 1), 0)
            FROM es.heads h
            """
        ).decode((Int32, Position).self)
        return Dictionary(uniqueKeysWithValues: rows.map { (Partition($0), $1) })
    }
}

extension EventQueries {
    private static let columns = "partition, position, tenant, stream, version, event, type, command, metadata, payload"

    /// The commits that cover a run of positions: a short scan beside the events, for their times.
    private func commits(_ partition: Partition, after position: Position, through last: Position) -> SQL {
        """
        SELECT last_position, committed_at FROM es.commits
        WHERE partition = \(partition.number) AND last_position > \(position) AND last_position <= coalesce(
          (SELECT last_position FROM es.commits WHERE partition = \(partition.number) AND last_position >= \(last)
           ORDER BY last_position LIMIT 1), 9223372036854775807)
        ORDER BY last_position
        """
    }

    /// Events that lie close together, whose times come from a run of commits.
    private func page(
        _ events: SQL,
        commits: SQL,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        // Commits are read last, so they cover every event that the first statement saw.
        let results = try connection.pipeline([events, commits])
        let times = try results[1].decode((Position, PostgresTimestamp).self)
        return try EventPage(results[0], dictionary, on: connection).events { position in
            // The first commit that ends at or after the position.
            var (low, high) = (0, times.count)
            while low < high {
                let middle = (low + high) / 2
                if times[middle].0 < position { low = middle + 1 } else { high = middle }
            }
            return times[low].1
        }
    }

    /// Lets row-level security show the tenant's rows to the statements of the same pipeline.
    private func bound(to tenant: Tenant) -> SQL { "SELECT set_config('daybook.tenant', \(tenant.id.text), true)" }

    /// Events that lie far apart, each with its commit's time, read under the tenant's row-level security.
    private func sparsePage(
        of tenant: Tenant,
        _ events: SQL,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [RecordedEvent] {
        let results = try connection.pipeline([
            bound(to: tenant),
            """
            SELECT e.*, (SELECT c.committed_at FROM es.commits c
                         WHERE c.partition = \(tenant.partition.number) AND c.last_position >= e.position
                         ORDER BY c.last_position LIMIT 1)
            FROM (\(events)) e
            """,
        ])
        return try EventPage(results[1], dictionary, on: connection).events(timeColumn: 10)
    }
}
