import EventStore
import Foundation

/// The log's meaning, one command after the other: what the append function must agree with.
struct SerialOracle {
    enum Verdict: Character {
        case accepted = "A"
        case conflict = "C"
        case limit = "L"
        case duplicate = "D"
        case keyReused = "X"
        case retry = "R"
    }

    struct Name: Hashable {
        let tenant: UUID
        let id: UUID
    }

    struct Event: Equatable {
        let tenant: UUID
        let stream: UUID
        let version: StreamVersion
        let id: UUID
        let payload: [UInt8]
    }

    var versions: [Name: StreamVersion] = [:]
    var counters: [Name: Int64] = [:]
    var outcomes: [[UInt8]: CommandOutcome] = [:]
    var log: [Event] = []

    /// A command's verdict by its own checks, as if it were alone now.
    func verdict(on command: AppendCommand) -> Verdict {
        if let outcome = outcomes[command.key] { return outcome.request == command.request ? .duplicate : .keyReused }
        var isBad = false
        var isOver = false
        for touch in command.streams {
            let current = version(touch.stream, of: command.tenant)
            switch touch.expected {
            case .any: break
            case .exists: isBad = isBad || current == 0
            case .noStream: isBad = isBad || current != 0
            case .exactly(let wanted): isBad = isBad || current != wanted
            }
        }
        for move in command.counters {
            let value = counter(move.counter, of: command.tenant)
            switch move.operation {
            case .next(let number): isBad = isBad || value + 1 != Int64(number)
            case .add(let amount, let max): isOver = isOver || value + Int64(amount) > max
            }
        }
        return isBad ? .conflict : isOver ? .limit : .accepted
    }

    /// The verdicts on a batch: own checks against the values now, then the retry rule as nested loops from its wording.
    func verdicts(on batch: [AppendCommand]) -> [Verdict] {
        let own = batch.map(verdict(on:))
        return batch.indices.map { index in
            guard own[index] != .duplicate, own[index] != .keyReused else { return own[index] }
            let command = batch[index]
            let earlier = batch.indices.filter { $0 < index && own[$0] == .accepted }.map { batch[$0] }
            let touched = Set(command.streams.map(\.stream))
            if earlier.contains(where: { $0.key == command.key }) { return .retry }
            if earlier.contains(where: {
                $0.tenant == command.tenant && $0.events.contains { touched.contains($0.stream) }
            }) {
                return .retry
            }
            for move in command.counters {
                let moves = earlier.filter { $0.tenant == command.tenant }.flatMap(\.counters).filter {
                    $0.counter == move.counter
                }
                guard !moves.isEmpty else { continue }
                var ahead: Int64 = 0
                for case .add(let amount, _) in moves.map(\.operation) { ahead += Int64(max(amount, 0)) }
                let hasNext = moves.contains { if case .next = $0.operation { true } else { false } }
                guard case .add(let amount, let limit) = move.operation, !hasNext else { return .retry }
                if counter(move.counter, of: command.tenant) + ahead + Int64(amount) > limit { return .retry }
            }
            return own[index]
        }
    }

    /// Takes an accepted command in; returns what it is answered.
    mutating func apply(_ command: AppendCommand) -> CommandOutcome {
        let first = Position(log.count + 1)
        for event in command.events {
            let name = Name(tenant: command.tenant, id: event.stream)
            versions[name, default: 0] += 1
            log.append(
                Event(
                    tenant: command.tenant,
                    stream: event.stream,
                    version: versions[name]!,
                    id: event.id,
                    payload: event.payload
                )
            )
        }
        for move in command.counters {
            let name = Name(tenant: command.tenant, id: move.counter)
            switch move.operation {
            case .next(let number): counters[name] = Int64(number)
            case .add(let amount, _): counters[name, default: 0] += Int64(amount)
            }
        }
        let outcome = CommandOutcome(
            request: command.request,
            first: command.events.isEmpty ? 0 : first,
            last: command.events.isEmpty ? command.seen : Position(log.count),
            answer: command.answer
        )
        outcomes[command.key] = outcome
        return outcome
    }

    func version(_ stream: UUID, of tenant: UUID) -> StreamVersion { versions[Name(tenant: tenant, id: stream)] ?? 0 }
    func counter(_ counter: UUID, of tenant: UUID) -> Int64 { counters[Name(tenant: tenant, id: counter)] ?? 0 }
}
