import EventStore
import Foundation
import TestSupport

/// Commands that meet each other often: two tenants, few streams and counters, stale versions, keys used again.
struct RandomCommands {
    static let type = EventType("tested")

    var random: Seeded
    private let tenants: [UUID]
    private let streams: [UUID]
    private let counters: [UUID]
    private var recent: [AppendCommand] = []

    init(seed: UInt64) {
        var random = Seeded(seed)
        tenants = (0..<2).map { _ in random.uuid() }
        streams = (0..<14).map { _ in random.uuid() }
        counters = (0..<4).map { _ in random.uuid() }
        self.random = random
    }

    mutating func next(_ state: SerialOracle) -> AppendCommand {
        if !recent.isEmpty, random.chance(0.10) {
            var again = random.pick(recent)
            if random.chance(0.3) { again.request = random.bytes(32) }
            return again
        }
        let tenant = random.pick(tenants)
        let touches = touches(of: tenant, state)
        let command = AppendCommand(
            tenant: tenant,
            key: random.bytes(32),
            request: random.bytes(32),
            streams: touches,
            events: events(for: touches),
            counters: moves(of: tenant, state),
            seen: Position(state.log.count),
            answer: random.chance(0.5) ? random.bytes(5) : nil
        )
        recent = recent.suffix(59) + [command]
        return command
    }

    private mutating func touches(of tenant: UUID, _ state: SerialOracle) -> [StreamTouch] {
        let pool = random.chance(0.5) ? streams : (0..<4).map { _ in random.uuid() }
        return pool.shuffled(using: &random).prefix(random.pick([0, 1, 1, 1, 2, 3])).map { stream in
            let current = state.version(stream, of: tenant)
            let exactly: StreamTouch.Expected = current == 0 ? .noStream : .exactly(current)
            return StreamTouch(
                stream,
                random.pick([
                    exactly, exactly, .any, .any, .exists, .noStream, .exactly(current + 1),
                    .exactly(max(current - 1, 1)),
                ])
            )
        }
    }

    private mutating func events(for touches: [StreamTouch]) -> [NewEvent] {
        var streams: [UUID] = []
        for touch in touches { streams += Array(repeating: touch.stream, count: random.pick([0, 0, 1, 1, 1, 2, 3])) }
        return streams.shuffled(using: &random).map { stream in
            NewEvent(
                id: random.uuid(),
                stream: stream,
                type: Self.type,
                payload: random.bytes(Int.random(in: 1..<60, using: &random)),
                metadata: random.bytes(3)
            )
        }
    }

    private mutating func moves(of tenant: UUID, _ state: SerialOracle) -> [CounterMove] {
        counters.shuffled(using: &random).prefix(random.pick([0, 0, 0, 1, 1, 2])).map { counter in
            let value = state.counter(counter, of: tenant)
            if random.chance(0.25) { return CounterMove(counter, .next(Int32(value) + random.pick([1, 1, 1, 2, 0]))) }
            return CounterMove(
                counter,
                .add(random.pick([1, 1, 2, 5, -1, -3]), max: value + random.pick([-1, 1, 2, 8, 30, 1 << 40]))
            )
        }
    }
}

extension Seeded {
    mutating func uuid() -> UUID { UUID(bytes: bytes(16))! }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
}
