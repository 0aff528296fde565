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
                    folder: TestDatabase.schema
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

    @Test(.timeLimit(.minutes(5)))
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
}
