package import EventStore
internal import Foundation
package import Postgres

package import struct Foundation.UUID

/// Somebody else works on the partition now, or has moved its checkpoint: what was being done must be dropped.
package struct Deposed: OwnershipLost, CustomStringConvertible {
    package let projection: String
    package let partition: Partition

    package var description: String { "\(projection) of partition \(partition) has another owner" }
}

/// The right to work on one partition of one projection, for a while, and where its checkpoint stands.
///
/// Time only decides when another may take over. That an owner who has been taken over from does no harm is the epoch's work:
/// it grows with each acquisition, and `advance` touches no row for anyone but the latest owner at the latest position.
///
///     guard var lease = try Lease.acquire("fanout", of: partition, by: me, for: .seconds(5), on: connection) else { … }
///     try connection.transaction { connection in
///         try lease.advance(to: last, on: connection)      // locks the checkpoint until the commit; throws Deposed
///         …
///     }
///     lease.position = last
package struct Lease: Sendable {
    package let projection: String
    package let partition: Partition
    package let epoch: Int64
    package let duration: Duration
    /// How far the projection has come: to be set after each commit of an `advance`.
    package var position: Position

    /// Takes the partition if it is free, this owner's own, or its owner's time is over; nil while it is another's.
    /// Waits for a transaction of the last owner that is still committing; one that its owner has left open, since the process
    /// stands still, is ended by Postgres when the lease is over.
    ///
    /// - Parameter owner: a number that the caller has drawn for itself.
    package static func acquire(
        _ projection: String,
        of partition: Partition,
        by owner: UUID,
        for duration: Duration,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Lease? {
        let patience = max(1000, Int(duration / .milliseconds(1)))
        let results = try connection.pipeline([
            "SELECT set_config('idle_in_transaction_session_timeout', \(String(patience)), false)",
            """
            INSERT INTO rm.checkpoints (projection, partition) VALUES (\(projection), \(partition.number)) ON CONFLICT DO NOTHING
            """,
            """
            UPDATE rm.checkpoints
               SET lease_owner = \(owner), lease_epoch = lease_epoch + 1,
                   lease_until = clock_timestamp() + make_interval(secs => \(duration.seconds))
             WHERE projection = \(projection) AND partition = \(partition.number)
               AND (lease_owner IS NULL OR lease_owner = \(owner) OR lease_until < clock_timestamp())
            RETURNING lease_epoch, position
            """,
        ])
        guard let (epoch, position) = try results[2].decode((Int64, Int64).self).first else { return nil }
        return Lease(projection: projection, partition: partition, epoch: epoch, duration: duration, position: position)
    }

    /// Makes the lease last from now on; `Deposed` if it is another's.
    package func renew(on connection: PostgresConnection) throws {
        try expectOne(
            connection.execute(
                """
                UPDATE rm.checkpoints SET lease_until = clock_timestamp() + make_interval(secs => \(duration.seconds))
                 WHERE projection = \(projection) AND partition = \(partition.number) AND lease_epoch = \(epoch)
                """
            )
        )
    }

    /// Gives the partition up at once; nothing if it is another's already.
    package func release(on connection: PostgresConnection) throws(PostgresError) {
        try connection.execute(
            """
            UPDATE rm.checkpoints SET lease_owner = NULL, lease_until = NULL
             WHERE projection = \(projection) AND partition = \(partition.number) AND lease_epoch = \(epoch)
            """
        )
    }

    /// Gives the partition up if `body` fails: another process may be able to do what this one is not.
    package func releasingOnFailure<Result>(
        on connection: PostgresConnection,
        _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch {
            // Where Postgres is the reason, the lease ends by itself.
            try? release(on: connection)
            throw error
        }
    }

    /// Moves the checkpoint in the caller's transaction, and makes the lease last from now on. On `Deposed` the transaction
    /// must be rolled back.
    package func advance(to position: Position, on connection: PostgresConnection) throws {
        try expectOne(connection.execute(advancing(to: position)))
    }

    /// The statement of `advance`, for a pipeline: it must touch one row.
    package func advancing(to position: Position) -> SQL {
        """
        UPDATE rm.checkpoints
           SET position = \(position), lease_until = clock_timestamp() + make_interval(secs => \(duration.seconds))
         WHERE projection = \(projection) AND partition = \(partition.number)
           AND position = \(self.position) AND lease_epoch = \(epoch)
        """
    }

    /// Throws `Deposed` unless the result of `advancing` says that it touched its row.
    package func expectOne(_ result: PostgresResult) throws(Deposed) {
        guard result.affectedRows == 1 else { throw Deposed(projection: projection, partition: partition) }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
