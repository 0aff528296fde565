internal import Foundation
internal import Postgres

/// One call of `es.append_p<n>`, or of `es.append_one_p<n>` for a command alone: the commands of a batch as binary arrays.
/// `31-make_append.sql` says what each holds.
struct AppendCall {
    private var keys: [[UInt8]] = []
    private var requests: [[UInt8]] = []
    private var tenants: [UUID] = []
    private var eventCounts: [Int32] = []
    private var seen: [Position] = []
    private var answers: [[UInt8]?] = []

    private var streamCommands: [Int32] = []
    private var streams: [UUID] = []
    private var expected: [StreamVersion] = []
    private var additions: [Int32] = []

    private var counterCommands: [Int32] = []
    private var counters: [UUID] = []
    private var kinds: [Int32] = []
    private var amounts: [Int32] = []
    private var limits: [Int64] = []

    private var eventStreams: [Int32] = []
    private var eventOrdinals: [Int32] = []
    private var streamOrdinals: [Int32] = []
    private var events: [UUID] = []
    private var types: [Int32] = []
    private var leaves: [[UInt8]] = []
    private var metadata: [[UInt8]] = []
    private var payloads: [[UInt8]] = []

    init(_ batch: some Collection<PreparedCommand>) {
        reserveCapacity(commands: batch.count, events: batch.reduce(0) { $0 + $1.events.count })
        for prepared in batch { add(prepared) }
    }

    /// The statement for `partition`; its text is the same for every batch, so it is prepared once.
    func sql(epoch: Int64, partition: Partition) -> SQL {
        keys.count == 1 ? single(epoch, partition) : batch(epoch, partition)
    }

    private func batch(_ epoch: Int64, _ partition: Partition) -> SQL {
        var binds = PostgresBinds()
        binds.append(epoch)
        binds.append(keys)
        binds.append(requests)
        binds.append(tenants)
        binds.append(eventCounts)
        binds.append(seen)
        binds.append(answers)
        binds.append(streamCommands)
        binds.append(streams)
        binds.append(expected)
        binds.append(additions)
        binds.append(counterCommands)
        binds.append(counters)
        binds.append(kinds)
        binds.append(amounts)
        binds.append(limits)
        binds.append(eventStreams)
        binds.append(eventOrdinals)
        binds.append(streamOrdinals)
        appendEvents(to: &binds)
        return Self.call("es.append_p\(partition)", binds)
    }

    private func single(_ epoch: Int64, _ partition: Partition) -> SQL {
        var binds = PostgresBinds()
        binds.append(epoch)
        binds.append(keys[0])
        binds.append(requests[0])
        binds.append(tenants[0])
        binds.append(seen[0])
        binds.append(answers[0])
        binds.append(streams)
        binds.append(expected)
        binds.append(additions)
        binds.append(counters)
        binds.append(kinds)
        binds.append(amounts)
        binds.append(limits)
        binds.append(eventStreams)
        binds.append(streamOrdinals)
        appendEvents(to: &binds)
        return Self.call("es.append_one_p\(partition)", binds)
    }

    private func appendEvents(to binds: inout PostgresBinds) {
        binds.append(events)
        binds.append(types)
        binds.append(leaves)
        binds.append(metadata)
        binds.append(payloads)
    }

    private static func call(_ function: String, _ binds: PostgresBinds) -> SQL {
        let numbers = (1...binds.count).map { "$\($0)" }.joined(separator: ", ")
        return SQL(
            """
            SELECT verdict, first_position, last_position, answer, s_version, k_value, head, committed_at \
            FROM \(function)(\(numbers))
            """,
            binds: binds
        )
    }

    private mutating func reserveCapacity(commands commandCount: Int, events eventCount: Int) {
        keys.reserveCapacity(commandCount)
        requests.reserveCapacity(commandCount)
        tenants.reserveCapacity(commandCount)
        eventCounts.reserveCapacity(commandCount)
        seen.reserveCapacity(commandCount)
        answers.reserveCapacity(commandCount)
        eventStreams.reserveCapacity(eventCount)
        eventOrdinals.reserveCapacity(eventCount)
        streamOrdinals.reserveCapacity(eventCount)
        events.reserveCapacity(eventCount)
        types.reserveCapacity(eventCount)
        leaves.reserveCapacity(eventCount)
        metadata.reserveCapacity(eventCount)
        payloads.reserveCapacity(eventCount)
    }

    private mutating func add(_ prepared: PreparedCommand) {
        let command = prepared.command
        keys.append(command.key)
        requests.append(command.request)
        tenants.append(command.tenant)
        eventCounts.append(Int32(command.events.count))
        seen.append(command.seen)
        answers.append(command.answer)

        // SQL counts from 1.
        let number = Int32(keys.count)
        let firstStream = Int32(streams.count + 1)
        for (touch, addition) in zip(command.streams, prepared.additions) {
            streamCommands.append(number)
            streams.append(touch.stream)
            expected.append(touch.expected.code)
            additions.append(addition)
        }
        for move in command.counters {
            counterCommands.append(number)
            counters.append(move.counter)
            let (kind, amount, limit) = move.operation.codes
            kinds.append(kind)
            amounts.append(amount)
            limits.append(limit)
        }
        for (index, (event, place)) in zip(command.events, prepared.events).enumerated() {
            eventStreams.append(firstStream + place.stream)
            eventOrdinals.append(Int32(index + 1))
            streamOrdinals.append(place.ordinal)
            events.append(event.id)
            types.append(place.type)
            leaves.append(place.leaf)
            metadata.append(event.metadata)
            payloads.append(event.payload)
        }
    }
}

extension StreamTouch.Expected {
    /// `s_want`: > 0 exactly this version, 0 no stream, -1 any, -2 exists.
    fileprivate var code: StreamVersion {
        switch self {
        case .exactly(let version): version
        case .noStream: 0
        case .any: -1
        case .exists: -2
        }
    }
}

extension CounterMove.Operation {
    /// `k_kind`, `k_n`, `k_max`.
    fileprivate var codes: (Int32, Int32, Int64) {
        switch self {
        case .add(let amount, let max): (0, amount, max)
        case .next(let number): (1, number, 0)
        }
    }
}
