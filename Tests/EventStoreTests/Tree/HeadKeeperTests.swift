import EventStore
import Foundation
import Logging
import Postgres
import Synchronization
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
        let signer: HeadSigner
        let keeper: HeadKeeper
        /// What keepers say.
        let said: Said

        /// - Parameter restInterval: of the keeper.
        static func run(
            restInterval: Duration = .seconds(60),
            _ body: @Sendable (Site) async throws -> Void
        ) async throws {
            try await TestDatabase.run { database in
                let tenant = try await database.makeTenant()
                let log = database.log()
                let signer = try HeadSigner(newKeyFor: "example.com/log")
                let folder = HeadFolder(
                    path: try database.folder(),
                    verifier: try HeadVerifier(publicKey: signer.publicKey)
                )
                let said = Said()
                let keeper = HeadKeeper(
                    heads: log.heads,
                    pool: database.pool(as: .projector),
                    folder: folder,
                    signer: signer,
                    interval: .milliseconds(20),
                    restInterval: restInterval,
                    logger: Logger(label: "test") { _ in said }
                )
                try await body(
                    Site(
                        database: database,
                        tenant: tenant,
                        log: log,
                        folder: folder,
                        signer: signer,
                        keeper: keeper,
                        said: said
                    )
                )
            }
        }

        func append(_ count: Int) async throws {
            for _ in 0..<count { _ = try await log.append(Commands.post(to: .v7(), of: tenant), to: tenant.partition) }
        }

        /// The head of the log as it is now, by another keeper that has not kept it yet.
        func signedByHand() async throws -> SignedTreeHead {
            try await database.pool(as: .projector).withConnection {
                try LogHead.sign(tenant.partition, by: signer, on: $0)
            }
        }

        /// Locks a table against everybody, until the transaction of the connection that it gives ends.
        func stop(_ table: String) async throws -> PostgresConnection {
            let connection = try PostgresConnection(database.configuration())
            try connection.executeScript("BEGIN; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
            return connection
        }

        func waitForHeldUp() async throws {
            let pool = database.pool()
            while try await pool.query(
                """
                SELECT count(*) FROM pg_locks
                WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """,
                as: Int.self
            ) == [0] {
                try await Task.sleep(for: .milliseconds(5))
            }
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

    @Test(.timeLimit(.minutes(20)))
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

    @Test(.timeLimit(.minutes(20)))
    func `a verification that writers and signers overtake finds nothing wrong`() async throws {
        try await Site.run { site in
            try await site.append(3)
            try await site.keeper.sign(site.tenant.partition)
            let reader = try site.folder.heads(of: site.tenant.partition.number)
            // Its snapshot is taken by the first statement.
            let connection = try PostgresConnection(site.database.configuration(as: .projector))
            try connection.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            try await site.append(2)
            let late = try #require(try await site.keeper.sign(site.tenant.partition))
            #expect(late.head.size == 5)

            var verifier = LogVerifier(on: connection)
            let report = try verifier.verifyInTransaction(site.tenant.partition, against: reader)
            connection.rollBack()
            #expect(report.faults == [] && report.heads == 1 && report.head == 3)
            #expect(try await site.verify().heads == 2)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `two keepers of one folder sign a growing log without a word`() async throws {
        try await Site.run { site in
            let other = HeadKeeper(
                heads: site.log.heads,
                pool: site.database.pool(as: .projector),
                folder: site.folder,
                signer: site.signer,
                interval: .milliseconds(1),
                logger: Logger(label: "test") { _ in site.said }
            )
            let keepers = [site.keeper, other].map { keeper in Task { await keeper.run([site.tenant.partition]) } }
            for _ in 0..<40 { try await site.append(5) }
            while try site.folder.latest(of: site.tenant.partition.number)?.head.size != 200 {
                try await Task.sleep(for: .milliseconds(5))
            }
            for keeper in keepers {
                keeper.cancel()
                await keeper.value
            }
            #expect(site.said.lines == [])
            let report = try await site.verify()
            #expect(report.faults == [] && report.heads > 1)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a keeper that another one overtakes goes on from the head that is then the latest`() async throws {
        try await Site.run { site in
            try await site.append(3)
            try await site.keeper.sign(site.tenant.partition)
            try await site.append(1)
            let overtaking = try await site.signedByHand()
            try await site.append(1)
            // Held up when it has read the latest head, and not yet the leaves.
            let owner = try await site.stop("es.events")
            let signing = Task { try await site.keeper.sign(site.tenant.partition) }
            try await site.waitForHeldUp()
            try site.folder.append(overtaking, after: try site.folder.latest(of: site.tenant.partition.number))
            try owner.executeScript("COMMIT")
            #expect(try await signing.value?.head.size == 5)
            #expect(try await site.verify().heads == 3)
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a log that is rewritten while another keeper signs it gets no second signature`() async throws {
        try await Site.run { site in
            try await site.append(3)
            try await site.keeper.sign(site.tenant.partition)
            try await site.append(2)
            let overtaking = try await site.signedByHand()
            try await site.append(1)
            let events = try await site.log.read(site.tenant.partition, after: 0, limit: 100)
            let owner = try await site.stop("es.commits")
            let signing = Task { try await site.keeper.sign(site.tenant.partition) }
            try await site.waitForHeldUp()
            try site.folder.append(overtaking, after: try site.folder.latest(of: site.tenant.partition.number))
            try Self.rewrite(events[3], on: owner)
            try owner.executeScript("COMMIT")
            await #expect(throws: HeadFault.self) { try await signing.value }
            #expect(try site.folder.latest(of: site.tenant.partition.number) == overtaking)
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: ["before it is looked at", "while it rests"])
    func `a log that was emptied is noticed without being asked, and said once`(when: String) async throws {
        try await Site.run(restInterval: .milliseconds(40)) { site in
            try await site.append(3)
            try await site.keeper.sign(site.tenant.partition)
            let clear: @Sendable () async throws -> Void = {
                try await site.database.pool().withConnection { try $0.executeScript("DELETE FROM es.commits") }
            }
            if when == "before it is looked at" { try await clear() }
            let running = Task { await site.keeper.run([site.tenant.partition]) }
            if when == "while it rests" {
                try await Task.sleep(for: .milliseconds(100))
                #expect(site.said.lines == [])
                try await clear()
            }
            while site.said.lines.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            // Time for some more looks.
            try await Task.sleep(for: .milliseconds(200))
            running.cancel()
            await running.value
            #expect(site.said.lines == ["critical no head is signed: partition 0 ends before its signed head at 3"])
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a stored subtree that is gone is found, and stored again by the next keeper`() async throws {
        try await Site.run { site in
            try await site.append(520)
            try await site.keeper.sign(site.tenant.partition)
            #expect(try await site.verify().faults == [])
            let pool = site.database.pool()
            try await pool.withConnection { try $0.executeScript("DELETE FROM es.tree_nodes WHERE index = 0") }
            #expect(try await site.verify().faults == [.treeNodeDiffers(level: 8, index: 0)])

            let running = Task { await site.keeper.run([site.tenant.partition]) }
            while try await pool.query("SELECT count(*) FROM es.tree_nodes", as: Int.self) != [2] {
                try await Task.sleep(for: .milliseconds(5))
            }
            running.cancel()
            await running.value
            #expect(try await site.verify().faults == [])
        }
    }

    @Test func `a leaf that was changed below a stored subtree does not get into a head`() async throws {
        try await Site.run { site in
            try await site.append(300)
            let head = try await site.keeper.sign(site.tenant.partition)
            try await site.database.pool().withConnection {
                try $0.executeScript("UPDATE es.events SET leaf = sha256(leaf) WHERE position = 20")
            }
            try await site.append(1)
            let next = try #require(try await site.keeper.sign(site.tenant.partition))
            let proof = try await site.database.pool(as: .projector).withConnection { connection in
                try LogTree(of: site.tenant.partition, on: connection).proof(.consistency(from: 300, to: 301))
            }
            #expect(
                MerkleTree.verifyConsistency(
                    old: 300,
                    oldRoot: try #require(head).head.root,
                    size: 301,
                    root: next.head.root,
                    path: proof
                )
            )
            #expect(try await site.verify().faults.contains(.leafDiffers(20)))
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
            let events = try await site.log.read(site.tenant.partition, after: 0, limit: 100)
            try await site.database.pool().withConnection { try Self.rewrite(events[2], on: $0) }

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
    private static func rewrite(_ event: RecordedEvent, on connection: PostgresConnection) throws {
        var leaves = try connection.execute("SELECT leaf, event, version FROM es.events ORDER BY position")
            .decode(([UInt8], UUID, StreamVersion).self)
        let payload = Array(#"{"body":"never said"}"#.utf8)
        let leaf = EventLeaf.hash(
            tenant: event.tenant,
            stream: event.stream,
            event: event.id,
            type: event.type.name,
            schema: Int32(event.type.version),
            commandKey: event.commandKey,
            metadata: event.metadata,
            payload: payload
        )
        leaves[Int(event.position) - 1].0 = leaf
        try connection.execute(
            "UPDATE es.events SET payload = \(payload), leaf = \(leaf) WHERE position = \(event.position)"
        )
        var chain = ChainLink.origin(of: event.partition.number)
        let commits = try connection.execute(
            "SELECT first_position, last_position, committed_at FROM es.commits ORDER BY 1"
        ).decode((Int64, Int64, PostgresTimestamp).self)
        for (first, last, committedAt) in commits {
            var sum = CommitRoot()
            for (leaf, event, version) in leaves[Int(first) - 1...Int(last) - 1] {
                sum.append(leaf: leaf, versionHash: CommitRoot.versionHash(of: event, version: version))
            }
            let root = sum.hash
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

/// Keeps what is logged.
private final class Said: LogHandler {
    private let all = Mutex<[String]>([])

    var lines: [String] { all.withLock(\.self) }

    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).values.map { "\($0)" }
        all.withLock { $0.append("\(event.level) \(event.message): " + details.joined(separator: ", ")) }
    }
}
