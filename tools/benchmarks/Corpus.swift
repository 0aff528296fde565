internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections

/// A log of people who talk, and its read models, for the rows that read: made once, by the system's own commands, in a partition
/// that nobody else writes to. Mostly messages of some 200 characters, and what goes with them: answers, reactions, edits, marks
/// of what was read.
struct Corpus: Sendable {
    /// Whoever measures one of these rows wants the log to hold no other events that are projected: they come first.
    static let partition = Partition(1)
    private static let writers = 500

    let system: System
    let people: Population
    let rooms: [RoomID]
    /// The partition's last position: as many events as it has.
    let head: Position

    /// - Parameter commands: how many things are done in it.
    static func make(_ commands: Int, in system: System) async throws -> Corpus {
        let people = try await Population.make("corpus", count: 50, partition: partition, in: system)
        var rooms: [RoomID] = []
        for _ in 0..<10 { rooms.append(try await people.room(of: people.users[...])) }
        let made = rooms
        _ = try await concurrently(writers, width: writers) { writer in
            try await talk(commands / writers, by: writer, of: people, in: made[writer % made.count])
        }
        let head = try await people.log.currentHeads()[partition] ?? 0
        let corpus = Corpus(system: system, people: people, rooms: rooms, head: head)
        _ = try await corpus.project()
        // As autovacuum would have done by and by.
        try system.psql("VACUUM ANALYZE")
        return corpus
    }

    /// One writer's part: a message most of the time, else something about the message before.
    private static func talk(_ count: Int, by writer: Int, of people: Population, in room: RoomID) async throws {
        let author = people.users[writer % people.users.count]
        let context = { CommandContext(caller: Caller(tenant: people.tenant, actor: .user(author), user: author)) }
        var (root, last): (MessageID?, MessageID?) = (nil, nil)
        for number in 0..<count {
            switch (number % 20, root, last) {
            case (5, _, let last?):
                _ = try await people.handler.handle(AddReaction(message: last, emoji: "👍"), in: context())
            case (9, _, let last?):
                let edit = EditMessage(message: last, body: body(writer, number) + " (edited)")
                _ = try await people.handler.handle(edit, in: context())
            case (15, _, let last?):
                _ = try await people.handler.handle(MoveReadMarker(room: room, message: last), in: context())
            case (let turn, let root, _):
                let message = MessageID()
                let thread = turn == 12 || turn == 18 ? root : nil
                let post = PostMessage(message: message, room: room, body: body(writer, number), thread: thread)
                _ = try await people.handler.handle(post, in: context())
                last = message
            }
            if number % 20 == 0 { root = last }
        }
    }

    private static func body(_ writer: Int, _ number: Int) -> String {
        "Message \(number) of writer \(writer): " + String(repeating: "what people say in a room, ", count: 6)
    }

    /// Empties the read models and has a projector fill them again; how long that took.
    func project() async throws -> Duration {
        let tables = try tables().map { "rm.\($0)" }.joined(separator: ", ")
        try system.psql("TRUNCATE \(tables); DELETE FROM rm.checkpoints")
        // As in a process that has just begun, which has no keys.
        let keys = PostgresPool(system.configuration("daybook_appender"), size: 1, queueLimit: 1000)
        let codec = EventCodec(keyring: Keyring(masterKey: system.masterKey, pool: keys))
        let progress = PositionWatch()
        let configuration = Projector.Configuration(
            postgres: system.configuration("daybook_projector"),
            partitions: [Self.partition]
        )
        let projector = Projector(
            configuration,
            log: people.log,
            codec: codec,
            progress: progress,
            logger: system.logger
        )
        let began = ContinuousClock.now
        let running = Task { try await projector.run() }
        while progress[Self.partition] < head, .now - began < .seconds(300) {
            await progress.wait(Self.partition, past: head - 1, timeout: .seconds(1))
        }
        let elapsed = ContinuousClock.now - began
        running.cancel()
        try await running.value
        await keys.close()
        guard progress[Self.partition] >= head else {
            throw Tool.Failed(
                description: "the projector came to \(progress[Self.partition]) of \(head) in five minutes"
            )
        }
        return elapsed
    }

    /// The read models' tables.
    func tables() throws -> [String] {
        try system.psql(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'rm'::regnamespace AND relkind = 'r' AND relname <> 'checkpoints'
             ORDER BY 1
            """
        ).split(separator: "\n").map(String.init)
    }

    func close() async { await people.close() }
}
