import Foundation
import Postgres
import TestSupport
import Testing

@testable import EventStore

/// Random batches against the serial oracle. `DAYBOOK_TEST_COMMANDS` sets how many commands, `DAYBOOK_TEST_SEED` which.
struct AppendOracleTests {
    static let commandCount = ProcessInfo.processInfo.environment["DAYBOOK_TEST_COMMANDS"].flatMap { Int($0) } ?? 3_000
    static let seed =
        ProcessInfo.processInfo.environment["DAYBOOK_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)

    @Test(arguments: ["batches": [1, 2, 5, 20, 40, 100, 500], "commands alone": [1]])
    func `every verdict is right at its turn`(_ name: String, sizes: [Int]) async throws {
        try await TestDatabase.run { database in
            let configuration = database.configuration(as: .appender)
            let comment: Comment = "\(name), seed \(Self.seed)"
            let result = try await database.pool().withConnection(timeout: .seconds(600)) { connection in
                let type = try connection.execute("SELECT es.type_id('tested', 1)").decode(Int32.self)[0]
                var run = OracleRun(seed: Self.seed, type: type, on: try PostgresConnection(configuration))
                try run.go(commands: Self.commandCount, sizes: sizes, comment)
                try run.compare(with: connection, comment)
                return run.settled
            }
            #expect(result == Self.commandCount, comment)
        }
    }
}

/// One run: random commands in batches of random size, the retried ones first, until all are settled.
private struct OracleRun {
    var oracle = SerialOracle()
    var settled = 0
    private var commands: RandomCommands
    private let type: Int32
    private let connection: PostgresConnection
    private let partition = Partition(2)

    init(seed: UInt64, type: Int32, on connection: PostgresConnection) {
        commands = RandomCommands(seed: seed)
        self.type = type
        self.connection = connection
    }

    mutating func go(commands total: Int, sizes: [Int], _ comment: Comment) throws {
        var given = 0
        var retries: [AppendCommand] = []
        while given < total || !retries.isEmpty {
            let size = commands.random.pick(sizes)
            var batch = Array(retries.prefix(size))
            retries.removeFirst(batch.count)
            while batch.count < size, given < total {
                batch.append(commands.next(oracle))
                given += 1
            }
            let again = try settle(batch, comment)
            try #require(again.count < batch.count, "every batch settles one: \(comment)")
            retries = again + retries
        }
    }

    /// Sends a batch and replays it serially without the retried commands, which it returns.
    private mutating func settle(_ batch: [AppendCommand], _ comment: Comment) throws -> [AppendCommand] {
        let expected = oracle.verdicts(on: batch)
        let start = oracle
        let prepared = try batch.map { try PreparedCommand($0, types: [RandomCommands.type: type]) }
        let reply = try AppendReply(connection.execute(AppendCall(prepared).sql(epoch: 1, partition: partition)))
        let verdicts = reply.verdicts(on: prepared)

        var retries: [AppendCommand] = []
        for (index, (command, verdict)) in zip(batch, verdicts).enumerated() {
            try #require(kind(of: verdict) == expected[index], "command \(index) of \(batch.count): \(comment)")
            guard let verdict else {
                retries.append(command)
                continue
            }
            settled += 1
            // Right at its turn, not only at the batch's start.
            try #require(oracle.verdict(on: command) == expected[index], comment)
            switch verdict {
            case .accepted(let accepted):
                let outcome = oracle.apply(command)
                try #require(accepted.first == outcome.first && accepted.last == outcome.last, comment)
                try #require(accepted.versions == versions(of: command, in: oracle), comment)
            case .conflict(let current):
                try #require(current == versions(of: command, in: start), comment)
            case .refused(let values):
                for (counter, value) in values {
                    try #require(value == start.counter(counter, of: command.tenant), comment)
                }
            case .duplicate(let first, let last, let answer):
                let outcome = CommandOutcome(request: command.request, first: first, last: last, answer: answer)
                try #require(oracle.outcomes[command.key] == outcome, comment)
            case .keyReused:
                break
            }
        }
        try #require(reply.head == Position(oracle.log.count), comment)
        return retries
    }

    /// The tables against the oracle, and the chain.
    func compare(with connection: PostgresConnection, _ comment: Comment) throws {
        let events = try connection.execute(
            "SELECT tenant, stream, version, event, payload FROM es.events WHERE partition = 2 ORDER BY position"
        ).decode((UUID, UUID, StreamVersion, UUID, [UInt8]).self)
        let log = events.map { SerialOracle.Event(tenant: $0.0, stream: $0.1, version: $0.2, id: $0.3, payload: $0.4) }
        #expect(log == oracle.log, comment)

        let counters = try connection.execute("SELECT tenant, counter, value FROM es.counters WHERE partition = 2")
            .decode((UUID, UUID, Int64).self)
        let values = Dictionary(
            uniqueKeysWithValues: counters.map { (SerialOracle.Name(tenant: $0.0, id: $0.1), $0.2) }
        )
        #expect(values == oracle.counters, comment)

        let outcomes = try connection.execute(
            "SELECT key, request, first_position, last_position, answer FROM es.outcomes WHERE partition = 2"
        )
        .decode(([UInt8], [UInt8], Position, Position, [UInt8]?).self)
        let answers = outcomes.map { ($0.0, CommandOutcome(request: $0.1, first: $0.2, last: $0.3, answer: $0.4)) }
        #expect(
            Dictionary(answers) { first, _ in first } == oracle.outcomes && answers.count == oracle.outcomes.count,
            comment
        )

        var verifier = LogVerifier(on: connection)
        let report = try verifier.verify(partition)
        #expect(report.faults == [] && report.events == oracle.log.count, comment)
    }

    private func versions(of command: AppendCommand, in state: SerialOracle) -> [UUID: StreamVersion] {
        Dictionary(
            uniqueKeysWithValues: command.streams.map { ($0.stream, state.version($0.stream, of: command.tenant)) }
        )
    }

    private func kind(of verdict: AppendVerdict?) -> SerialOracle.Verdict {
        switch verdict {
        case .accepted: .accepted
        case .conflict: .conflict
        case .refused: .limit
        case .duplicate: .duplicate
        case .keyReused: .keyReused
        case nil: .retry
        }
    }
}
