import EventStore
import Events
import Foundation
import Postgres
import ServiceLifecycle
import TestSupport
import Testing

@testable import Projections

struct RebuildTests {
    /// A story with a way to rebuild it, on a thread where blocking is nobody's loss.
    private struct Site: Sendable {
        let story: Story
        let rebuild: Rebuild
        private let thread: PostgresPool

        static func run(_ body: (Site) async throws -> Void) async throws {
            try await Story.run { story in
                // A database that was copied has its template's content, but not who may make schemas in it.
                try await story.superuser.withConnection { [name = story.database.name] connection in
                    try connection.executeScript("GRANT CREATE ON DATABASE \(name) TO daybook_owner")
                }
                var configuration = Rebuild.Configuration(
                    administrator: story.database.configuration(),
                    projector: story.database.configuration(as: .projector),
                    folders: TestDatabase.schema
                )
                configuration.batchLimit = 7
                let rebuild = Rebuild(
                    configuration,
                    queries: story.log.queries,
                    codec: story.codec,
                    logger: story.database.logger
                )
                try await body(Site(story: story, rebuild: rebuild, thread: story.database.pool()))
            }
        }

        func blocking<Value: Sendable>(_ body: @escaping @Sendable (Rebuild) throws -> Value) async throws -> Value {
            try await thread.withConnection { [rebuild] _ in try body(rebuild) }
        }

        /// Builds the next read models up to where the live ones are, and compares them.
        func compare() async throws -> Rebuild.Comparison {
            try await blocking { rebuild in
                try rebuild.make(.next)
                try rebuild.project(into: .next, through: try rebuild.livePositions())
                return try rebuild.compare(.next)
            }
        }

        func write(seed: UInt64 = 3, _ count: Int = 60) async throws {
            var history = RandomHistory(seed: seed)
            try await history.write(count, to: story)
        }
    }

    @Test func `what is rebuilt is what serves, and takes its place under open connections`() async throws {
        try await Site.run { site in
            try await site.write()
            try await site.story.project()
            let ada = try await site.story.join()
            let room = try await site.story.open(members: [ada])
            let message = try await site.story.post("before", in: room, by: ada)
            try await site.story.project()
            #expect(try await site.story.reads.message(message, for: ada, in: site.story.tenant)?.body == "before")

            let comparison = try await site.compare()
            #expect(comparison.differences == [])
            #expect(comparison.live.tables["messages"]?.rows ?? 0 > 0)
            // What comes between the comparison and the switch goes over too.
            let late = try await site.story.post("late", in: room, by: ada)
            try await site.story.project()
            try await site.blocking { try $0.switchOver(to: .next) }
            let after = try await site.story.post("after", in: room, by: ada)
            try await site.story.project()

            for (id, body) in [(message, "before"), (late, "late"), (after, "after")] {
                #expect(try await site.story.reads.message(id, for: ada, in: site.story.tenant)?.body == body)
            }
            let bodies = try await site.story.superuser.query(
                "SELECT body FROM rm_previous.messages WHERE room = \(room.uuid) ORDER BY seq",
                as: String.self
            )
            #expect(bodies == ["before", "late"])
            #expect(try await site.compare().differences == [])
        }
    }

    @Test func `read models that were tampered with are found, and mended by the switch`() async throws {
        try await Site.run { site in
            try await site.write()
            try await site.story.project()
            let truth = try await site.story.rows(of: "rm.messages")
            try await site.story.superuser.withConnection { connection in
                try connection.executeScript(
                    """
                    UPDATE rm.messages SET body = 'never said' WHERE (tenant, id) IN (SELECT tenant, id FROM rm.messages LIMIT 1);
                    DELETE FROM rm.mentions WHERE ctid IN (SELECT ctid FROM rm.mentions LIMIT 1);
                    """
                )
            }
            #expect(try await site.compare().differences == ["mentions", "messages"])
            try await site.blocking { try $0.switchOver(to: .next) }
            #expect(try await site.story.rows(of: "rm.messages") == truth)
        }
    }

    @Test func `the way back catches up and switches again`() async throws {
        try await Site.run { site in
            try await site.write()
            try await site.story.project()
            _ = try await site.compare()
            try await site.blocking { try $0.switchOver(to: .next) }
            let ada = try await site.story.join()
            let room = try await site.story.open(members: [ada])
            let message = try await site.story.post("meanwhile", in: room, by: ada)
            try await site.story.project()
            try await site.blocking { try $0.switchOver(to: .previous) }
            #expect(try await site.story.reads.message(message, for: ada, in: site.story.tenant)?.body == "meanwhile")
            #expect(try await site.compare().differences == [])
        }
    }

    @Test func `an owner of before the switch writes nothing after it`() async throws {
        try await Site.run { site in
            let ada = try await site.story.join()
            let (story, partition) = (site.story, site.story.tenant.partition)
            try await story.project()
            let owner = try await story.projector.withConnection { connection in
                try #require(
                    try PartitionProjection(
                        into: .product,
                        of: partition,
                        by: UUID(),
                        for: .seconds(60),
                        unparking: story.unparking,
                        on: connection
                    )
                )
            }
            _ = try await site.compare()
            try await site.blocking { try $0.switchOver(to: .next) }
            try await story.open(members: [ada])
            try await story.projector.withConnection { [queries = story.log.queries, codec = story.codec] connection in
                var owner = owner
                let events = try queries.readDecoded(
                    partition,
                    after: owner.position,
                    limit: 100,
                    by: codec,
                    on: connection
                )
                #expect(throws: Deposed.self) { _ = try owner.project(events, on: connection) }
            }
            for schema in ["rm", "rm_previous"] {
                #expect(try await story.rows(of: "\(schema).rooms") == [])
            }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `a rebuild beside a projector and writers loses nothing and doubles nothing`() async throws {
        try await Site.run { site in
            try await site.write(seed: 5)
            let story = site.story
            var configuration = Projector.Configuration(
                postgres: story.database.configuration(as: .projector),
                partitions: [story.tenant.partition]
            )
            configuration.standby = .milliseconds(20)
            let projector = Projector(
                configuration,
                log: story.log,
                codec: story.codec,
                progress: story.reads.progress,
                logger: story.database.logger
            )
            let running = Task { try await projector.run() }
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let writing = Task { () -> Int in
                var count = 0
                while !Task.isCancelled {
                    try await story.post("\(count)", in: room, by: ada)
                    count += 1
                }
                return count
            }
            for _ in 0..<3 {
                #expect(try await site.compare().differences == [])
                try await site.blocking { try $0.switchOver(to: .next) }
            }
            writing.cancel()
            let count = try await writing.value
            let last = try #require(try await story.log.currentHeads()[story.tenant.partition])
            #expect(try await story.reads.wait(for: story.tenant, past: last, timeout: .seconds(20)))
            let bodies = try await story.superuser.query(
                "SELECT body FROM rm.messages WHERE room = \(room.uuid) ORDER BY seq",
                as: String.self
            )
            #expect(count > 3 && bodies == (0..<count).map { "\($0)" })
            running.cancel()
            try await running.value
        }
    }

    @Test func `a replay stops at its position`() async throws {
        try await Site.run { site in
            let ada = try await site.story.join()
            let room = try await site.story.open(members: [ada])
            try await site.story.post("one", in: room, by: ada)
            let position = try #require(try await site.story.log.currentHeads()[site.story.tenant.partition])
            try await site.story.post("two", in: room, by: ada)
            try await site.story.project()
            let partition = site.story.tenant.partition
            let schema = ReadModelSchema("rm_then")
            let digest = try await site.blocking { rebuild in
                try rebuild.make(schema)
                try rebuild.project(into: schema, through: [partition: position])
                return try rebuild.digest(of: schema)
            }
            #expect(digest.tables["messages"]?.rows == 1)
            let bodies = try await site.story.superuser.query("SELECT body FROM rm_then.messages", as: String.self)
            #expect(bodies == ["one"])
            #expect(try await site.story.rows(of: "rm.messages").count == 2)
            await #expect(throws: RebuildError.self) {
                try await site.blocking { try $0.project(into: schema, through: [partition: position + 100]) }
            }
        }
    }

    // MARK: Beside others

    /// Makes `rm_previous`.
    private func switchOnce(_ site: Site) async throws {
        _ = try await site.compare()
        try await site.blocking { try $0.switchOver(to: .next) }
    }

    /// Runs `body` while a transaction of another's has run this statement.
    private func whileOpen<Value: Sendable>(
        _ statement: String,
        _ site: Site,
        _ body: (_ commit: @Sendable () -> Void) async throws -> Value
    ) async throws -> Value {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let ended = DispatchSemaphore(value: 0)
        let other = site.story.database.pool()
        async let transaction: Void = other.withConnection { connection in
            defer { begin.finish() }
            try connection.transaction { connection in
                try connection.executeScript(statement)
                begin.finish()
                ended.wait()
            }
        }
        defer { ended.signal() }
        for await _ in begun {}
        let value = try await body { ended.signal() }
        ended.signal()
        try await transaction
        return value
    }

    /// Until that many backends of this database wait for locks.
    private func waiting(_ count: Int64, _ site: Site) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        let name = site.story.database.name
        while try await site.story.superuser.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = \(name) AND wait_event_type = 'Lock'",
            as: Int64.self
        )[0] < count {
            try #require(ContinuousClock.now < deadline, "nobody waits")
        }
    }

    @Test func `whoever reads or dumps what served before holds up no switch and no projector`() async throws {
        try await Site.run { site in
            try await switchOnce(site)
            _ = try await site.compare()
            _ = try await whileOpen("SELECT * FROM rm_previous.rooms", site) { _ in
                let begun = ContinuousClock.now
                try await site.blocking { try $0.switchOver(to: .next) }
                try await site.story.join()
                try await site.story.project()
                #expect(ContinuousClock.now - begun < .seconds(20))
                // Its lock is on a table that no longer serves anybody; it goes when it is let go.
                #expect(try await site.blocking { try $0.exists(.replaced) })
                _ = try await site.compare()
                await #expect(throws: RebuildError.self) { try await site.blocking { try $0.switchOver(to: .next) } }
            }
            try await site.blocking { try $0.switchOver(to: .next) }
            #expect(try await !site.blocking { try $0.exists(.replaced) })
        }
    }

    @Test func `a switch gives up rather than wait for a checkpoint`() async throws {
        try await Site.run { site in
            try await site.story.join()
            try await site.story.project()
            _ = try await site.compare()
            _ = try await whileOpen("SELECT * FROM rm.checkpoints FOR UPDATE", site) { _ in
                await #expect(throws: RebuildError.self) { try await site.blocking { try $0.switchOver(to: .next) } }
            }
            #expect(try await !site.blocking { try $0.exists(.previous) })
            try await site.blocking { try $0.switchOver(to: .next) }
        }
    }

    @Test func `of two that go back at once one is told that it was too late`() async throws {
        try await Site.run { site in
            try await site.story.join()
            try await site.story.project()
            try await switchOnce(site)
            let late = site.story.database.pool()
            let outcomes = try await whileOpen("SELECT * FROM rm.checkpoints FOR UPDATE", site) { commit in
                async let first = late.withConnection { [rebuild = site.rebuild] _ in
                    Result { try rebuild.switchOver(to: .previous) }
                }
                async let second = site.blocking { rebuild in Result { try rebuild.switchOver(to: .previous) } }
                try await waiting(2, site)
                commit()
                return try await [first, second]
            }
            let failures = outcomes.compactMap { result -> (any Error)? in
                if case .failure(let error) = result { error } else { nil }
            }
            #expect(failures.count == 1)
            guard case .switchedMeanwhile? = failures.first as? RebuildError else {
                Issue.record("\(failures)")
                return
            }
        }
    }

    @Test func `one rebuilds at a time, and what a dead one left is taken over at once`() async throws {
        try await Site.run { site in
            try await site.story.join()
            try await site.story.project()
            try await site.blocking { rebuild in
                try rebuild.alone(with: .live) {
                    #expect(throws: RebuildError.self) { try rebuild.alone(with: .live) {} }
                    try rebuild.alone(with: .check) {}
                }
                try rebuild.alone(with: .live) { try rebuild.make(.next) }
            }
            try await site.story.superuser.execute(
                """
                INSERT INTO rm_next.checkpoints (projection, partition, lease_owner, lease_until)
                VALUES ('product', 0, \(UUID()), now() + interval '1 hour')
                """
            )
            let positions = try await site.blocking { try $0.livePositions() }
            try await site.blocking { try $0.project(into: .next, through: positions) }
        }
    }

    @Test func `a snapshot that spans the switch holds all that its position says`() async throws {
        try await Site.run { site in
            let story = site.story
            let ada = try await story.join()
            try await story.project()
            _ = try await site.compare()
            // The new ones do not have it yet.
            let room = try await story.open(members: [ada])
            let last = try await story.project()
            // Prepared, so that it waits in its middle and not before its beginning.
            for _ in 0..<3 { _ = try await story.reads.snapshot(of: [.rooms], for: ada, in: story.tenant) }
            let reading = try await whileOpen("LOCK TABLE rm.users IN ACCESS EXCLUSIVE MODE", site) { _ in
                let reading = Task { try await story.reads.snapshot(of: [.rooms], for: ada, in: story.tenant) }
                try await waiting(1, site)
                try await site.blocking { try $0.switchOver(to: .next) }
                return reading
            }
            let snapshot = try await reading.value
            #expect(snapshot.position == last)
            #expect(snapshot.rooms?.map(\.room.id) == [room.description])
        }
    }

    // MARK: Repairs

    @Test func `what came late because an older release set it aside comes late in a rebuild too`() async throws {
        try await Site.run { site in
            let story = site.story
            let ada = try await story.join()
            let room = try await story.open(members: [ada])
            let late = MessageID()
            let poison = try await story.append(
                Array("{}".utf8),
                as: EventType("messaging.message_painted"),
                to: late.uuid
            )
            try await story.post("one", in: room, by: ada)
            try await story.project()
            try await story.repair(.retried(stream: late.uuid, position: poison, by: "eve"))
            try await story.post("two", in: room, by: ada)
            try await story.project()

            // From here on the type is known, as it is to a newer release.
            let posted = MessageEvent.posted(
                room: room,
                author: ada,
                body: Personal("late", of: ada),
                mentions: [],
                thread: nil,
                attachments: nil,
                source: nil
            )
            let payload = try await story.codec.encode(posted, in: story.tenant.id)
            try await story.superuser.execute(
                """
                UPDATE es.events SET type = (SELECT id FROM es.types WHERE name = \(posted.type.name)), payload = \(payload)
                 WHERE position = \(poison)
                """
            )
            try await story.repair(.retried(stream: late.uuid, position: poison, by: "eve"))
            try await story.append(.messagesRangeDeleted(from: 1, to: 1, author: nil, reason: nil), to: room)
            try await story.project()
            let bodies = try await story.query(
                "SELECT seq, body FROM rm.messages ORDER BY seq",
                as: (Int64, String?).self
            )
            #expect(bodies.map(\.1) == [nil, "two", "late"])
            #expect(try await site.compare().differences == [])
        }
    }

    // MARK: Of which migrations

    @Test func `what is made is what the migrations have made`() async throws {
        try await Site.run { site in
            try await site.blocking { try $0.make(.next) }
            for query in [
                """
                SELECT row(relname, attname, format_type(atttypid, atttypmod), attnotnull, attacl::text)::text
                  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                 WHERE attnum > 0 AND c.relkind = 'r' AND c.relnamespace = SCHEMA
                """,
                """
                SELECT row(relname, relkind, relrowsecurity, relforcerowsecurity, relacl::text, relowner, reloptions)::text
                  FROM pg_class WHERE relnamespace = SCHEMA
                """,
                """
                SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
                 WHERE c.relnamespace = SCHEMA
                """,
                "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = SCHEMA",
                """
                SELECT row(tablename, policyname, roles, cmd, qual, with_check)::text FROM pg_policies
                 WHERE to_regnamespace(schemaname) = SCHEMA
                """,
                "SELECT row(nspacl::text, nspowner)::text FROM pg_namespace WHERE oid = SCHEMA",
            ] {
                let (live, next) = (try await rows(query, of: "rm", site), try await rows(query, of: "rm_next", site))
                #expect(!live.isEmpty && live == next)
            }
        }
    }

    private func rows(_ query: String, of schema: String, _ site: Site) async throws -> [String] {
        let text = query.replacing("SCHEMA", with: "'\(schema)'::regnamespace")
        return try await site.story.superuser.query(SQL(text), as: String.self)
            .map { $0.replacing("rm_next", with: "rm") }.sorted()
    }

    @Test(arguments: ["back", "next"])
    func `tables that a migration has passed by do not serve`(which: String) async throws {
        try await Site.run { site in
            if which == "back" { try await switchOnce(site) } else { _ = try await site.compare() }
            try await site.story.superuser.execute(
                "INSERT INTO migrations.applied (path, sha256) VALUES ('999-later/01-column.sql', '')"
            )
            let error = await #expect(throws: RebuildError.self) {
                try await site.blocking { try $0.switchOver(to: which == "back" ? .previous : .next) }
            }
            #expect("\(error!)".contains("rebuild instead"))
            // Neither can this release make what that migration makes.
            let other = await #expect(throws: RebuildError.self) { try await site.blocking { try $0.make(.next) } }
            #expect("\(other!)".contains("999-later/01-column.sql"))
        }
    }
}
