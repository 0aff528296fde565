package import EventStore
package import Postgres
package import TransparencyLog

/// The head of a partition as it is now, from the rows of the log alone.
package enum LogHead {
    /// - Parameter connection: of a role that sees all tenants.
    package static func sign(
        _ partition: Partition,
        by signer: HeadSigner,
        on connection: PostgresConnection
    ) throws -> SignedTreeHead {
        let leaves = try connection.execute(
            "SELECT leaf FROM es.events WHERE partition = \(partition.number) ORDER BY position"
        ).decode([UInt8].self)
        let hashes = try connection.execute(
            "SELECT hash FROM es.commits WHERE partition = \(partition.number) ORDER BY last_position DESC LIMIT 1"
        ).decode([UInt8].self)
        var frontier = MerkleFrontier()
        for leaf in leaves { frontier.append(MerkleTree.leafHash(of: leaf)) }
        return try signer.sign(
            partition: partition.number,
            size: frontier.size,
            root: frontier.root,
            chain: hashes.first ?? ChainLink.origin(of: partition.number)
        )
    }
}
