package import EventStore
package import Postgres
package import Redis

package import struct Foundation.UUID

/// Where one partition stands, as the stores have it: for operators, metrics and readiness.
package struct PartitionStatus: Sendable, Equatable {
    /// How far a role has come.
    package struct Progress: Sendable, Equatable {
        /// `projector` or `fanout`; of the control log `registry`.
        package let role: String
        package let position: Position
        package let lagEvents: Int64
        /// The age of the oldest event that it has not passed; 0 if there is none.
        package let lagSeconds: Double
        /// Who owns the partition for the role; nil if nobody does at the moment.
        package let owner: UUID?
        /// How often it was taken.
        package let epoch: Int64
        /// How long the owner's lease lasts unless it is renewed.
        package let leaseSeconds: Double?
    }

    /// What Redis holds of it.
    package struct Queues: Sendable, Equatable {
        /// Drawn anew whenever Redis has lost its queues; nil if it has, and no fan-out has come since.
        package let storeEpoch: String?
        /// Up to here the queues are complete.
        package let watermark: Position
    }

    package let partition: Partition
    package let head: Position
    /// Changes when the partition moves to another server.
    package let epoch: Int64
    package let parkedStreams: Int
    package let progress: [Progress]
    /// Nil if Redis was not asked.
    package var queues: Queues?

    /// What is told of, by the names of checkpoints; there are leases beside them.
    private static let roles = [
        ReadModelSet.product.name: "projector", PartitionFanout.name: "fanout", ReadModelSet.control.name: "registry",
    ]

    /// All partitions, in order.
    ///
    /// - Parameter connection: as the role `daybook_projector`, who sees leases, and parked streams of all tenants.
    package static func all(on connection: PostgresConnection) throws(PostgresError) -> [PartitionStatus] {
        let results = try connection.pipeline([
            """
            SELECT h.partition, h.epoch,
                   coalesce((SELECT max(c.last_position) FROM es.commits c WHERE c.partition = h.partition), 0),
                   (SELECT count(*) FROM rm.parked_streams s WHERE s.partition = h.partition)
              FROM es.heads h ORDER BY h.partition
            """,
            """
            SELECT k.partition, k.projection, k.position, k.lease_epoch,
                   CASE WHEN k.lease_until > clock_timestamp() THEN k.lease_owner END,
                   extract(epoch FROM k.lease_until - clock_timestamp())::float8,
                   (SELECT extract(epoch FROM clock_timestamp() - c.committed_at)::float8 FROM es.commits c
                     WHERE c.partition = k.partition AND c.last_position > k.position ORDER BY c.last_position LIMIT 1)
              FROM rm.checkpoints k WHERE k.projection = ANY(\(Array(roles.keys)))
             ORDER BY k.partition, k.projection DESC
            """,
        ])
        let heads = try results[0].decode((Int32, Int64, Position, Int).self)
        let checkpoints = try results[1].decode((Int32, String, Position, Int64, UUID?, Double?, Double?).self)
        return heads.map { (partition, epoch, head, parked) in
            PartitionStatus(
                partition: Partition(partition),
                head: head,
                epoch: epoch,
                parkedStreams: parked,
                progress: checkpoints.filter { $0.0 == partition }.map { row in
                    Progress(
                        role: roles[row.1] ?? row.1,
                        position: row.2,
                        // The checkpoint may be read a moment later than the head.
                        lagEvents: max(0, head - row.2),
                        lagSeconds: max(0, row.6 ?? 0),
                        owner: row.4,
                        epoch: row.3,
                        leaseSeconds: row.4 == nil ? nil : row.5
                    )
                }
            )
        }
    }
}

extension [PartitionStatus] {
    /// The same, with what Redis holds of each.
    package func asking(_ redis: RedisClient) async throws(RedisError) -> [PartitionStatus] {
        let looks = map { RedisCommand("HMGET", FanoutKeys.state($0.partition), "e", "w") }
        let replies = try await redis.pipeline(looks)
        return zip(self, replies).map { status, reply in
            var status = status
            let values = reply.array ?? []
            status.queues = PartitionStatus.Queues(
                storeEpoch: values.first?.string,
                watermark: values.last?.int ?? 0
            )
            return status
        }
    }
}
