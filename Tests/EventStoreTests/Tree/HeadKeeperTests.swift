import Crypto
import EventStore
import Foundation
import Postgres
import TestSupport
import Testing
import TransparencyLog

struct HeadKeeperTests {
    /// A log with a keeper of its heads.
    private struct Site {
        let database: TestDatabase
        let tenant: Tenant
        let log: EventLog
        let folder: HeadFolder
        let keeper: HeadKeeper

        static func run(_ body: @Sendable (Site) async throws -> Void) async throws {
            try await TestDatabase.run { database in
                let tenant = try await database.makeTenant()
                let log = database.log()
                let signer = try HeadSigner(newKeyFor: "example.com/log")
                let folder = HeadFolder(
                    path: try database.folder(),
                    verifier: try HeadVerifier(publicKey: signer.publicKey)
                )
                let keeper = HeadKeeper(
                    heads: log.heads,
                    pool: database.pool(as: .projector),
                    folder: folder,
                    signer: signer,
                    interval: .milliseconds(20),
                    logger: database.logger
                )
                let site = Site(database: database, tenant: tenant, log: log, folder: folder, keeper: keeper)
                try await body(site)
            }
        }

        func append(_ count: Int) async throws {
            for _ in 0..<count { _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition) }
        }

        func verify(against heads: Bool = true) async throws -> LogReport {
            try await database.pool(as: .projector).withConnection { connection in
                var verifier = LogVerifier(on: connection)
                return try verifier.verify(
                    tenant.partition,
                    against: heads ? try folder.heads(of: tenant.partition.number) : nil
                )
            }
        }
    }

    @Test func `the head is the log's tree and chain, signed once`() async throws {
        try await Site.run { site in
            #expect(try await site.keeper.sign(site.tenant.partition) == nil)
            try await site.append(3)
            let first = try #require(try await site.keeper.sign(site.tenant.partition))
            #expect(try await site.keeper.sign(site.tenant.partition) == first)
            try await site.append(2)
            let second = try #require(try await site.keeper.sign(site.tenant.partition))

            let commits = try await site.database.pool().query(
                "SELECT last_position, hash FROM es.commits ORDER BY 1",
                as: (Int64, [UInt8]).self
            )
            let leaves = try await site.database.pool().query(
                "SELECT leaf FROM es.events ORDER BY position",
                as: [UInt8].self
            )
            for signed in [first, second] {
                var frontier = MerkleFrontier()
                for leaf in leaves.prefix(Int(signed.head.size)) { frontier.append(MerkleTree.leafHash(of: leaf)) }
                #expect(signed.head.root == frontier.root)
                #expect(signed.head.chain == commits.first { $0.0 == signed.head.size }?.1)
            }
            var reader = try site.folder.heads(of: site.tenant.partition.number)
            #expect(try [reader.next(), reader.next(), reader.next()] == [first, second, nil])
            let report = try await site.verify()
            #expect(report.faults == [] && report.heads == 2)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `heads are signed as the log grows, without being asked`() async throws {
        try await Site.run { site in
            let running = Task { await site.keeper.run([site.tenant.partition]) }
            for size: Int64 in [2, 4] {
                try await site.append(2)
                while try site.folder.latest(of: site.tenant.partition.number)?.head.size != size {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            running.cancel()
            await running.value
        }
    }

    @Test(arguments: [
        "UPDATE es.events SET leaf = sha256(leaf) WHERE position = 2",
        "UPDATE es.commits SET hash = sha256(hash) WHERE last_position = 3",
        "DELETE FROM es.commits WHERE last_position = 3",
        "DELETE FROM es.commits WHERE last_position > 2",
        "DELETE FROM es.commits",
    ])
    func `a log that does not go on from its last head gets no other`(change: String) async throws {
        try await Site.run { site in
            try await site.append(3)
            let head = try await site.keeper.sign(site.tenant.partition)
            try await site.append(1)
            try await site.database.pool().withConnection { try $0.executeScript(change) }
            await #expect(throws: HeadFault.self) { try await site.keeper.sign(site.tenant.partition) }
            #expect(try site.folder.latest(of: site.tenant.partition.number) == head)
        }
    }

    @Test func `a log that was rewritten with its whole chain is found by its heads alone`() async throws {
        try await Site.run { site in
            try await site.append(3)
            try await site.keeper.sign(site.tenant.partition)
            try await site.append(2)
            try await site.keeper.sign(site.tenant.partition)
            try await Self.rewrite(position: 3, of: site)

            #expect(try await site.verify(against: false).faults == [])
            #expect(try await site.verify().faults == [.headDiffers(3), .headDiffers(5)])
        }
    }

    @Test func `a log that was cut off whole commits is found by its heads alone`() async throws {
        try await Site.run { site in
            try await site.append(4)
            try await site.keeper.sign(site.tenant.partition)
            try await site.database.pool().withConnection { connection in
                try connection.executeScript(
                    """
                    DELETE FROM es.streams WHERE stream IN (SELECT stream FROM es.events WHERE position = 4);
                    DELETE FROM es.events WHERE position = 4;
                    DELETE FROM es.commits WHERE last_position = 4;
                    """
                )
            }
            #expect(try await site.verify(against: false).faults == [])
            #expect(try await site.verify().faults == [.cutOff(4)])
        }
    }

    /// Changes what an event says, and every hash that follows from it, as the owner of the database could.
    private static func rewrite(position: Position, of site: Site) async throws {
        let events = try await site.log.read(site.tenant.partition, after: 0, limit: 100)
        try await site.database.pool().withConnection { connection in
            var leaves = try connection.execute("SELECT leaf FROM es.events ORDER BY position").decode([UInt8].self)
            let event = events[Int(position) - 1]
            let payload = Array(#"{"body":"never said"}"#.utf8)
            leaves[Int(position) - 1] = EventLeaf.hash(
                tenant: event.tenant,
                stream: event.stream,
                event: event.id,
                type: event.type.name,
                schema: Int32(event.type.version),
                commandKey: event.commandKey,
                metadata: event.metadata,
                payload: payload
            )
            try connection.execute(
                """
                UPDATE es.events SET payload = \(payload), leaf = \(leaves[Int(position) - 1]) WHERE position = \(position)
                """
            )
            var chain = ChainLink.origin(of: site.tenant.partition.number)
            let commits = try connection.execute(
                "SELECT first_position, last_position, committed_at FROM es.commits ORDER BY 1"
            ).decode((Int64, Int64, PostgresTimestamp).self)
            for (first, last, committedAt) in commits {
                let root = Array(SHA256.hash(data: Data(leaves[Int(first) - 1...Int(last) - 1].joined())))
                let link = ChainLink(
                    first: first,
                    last: last,
                    committedAt: committedAt.microsecondsSince1970,
                    root: root
                )
                chain = link.hash(after: chain)
                try connection.execute(
                    "UPDATE es.commits SET root = \(root), hash = \(chain) WHERE last_position = \(last)"
                )
            }
        }
    }
}
