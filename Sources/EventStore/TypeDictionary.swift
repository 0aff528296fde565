internal import Postgres
internal import Synchronization

/// The numbers of event types, as `es.types` has them. They never change, so what is known stays true.
final class TypeDictionary: Sendable {
    private struct State {
        var numbers: [EventType: Int32] = [:]
        var types: [Int32: EventType] = [:]
    }

    private let state = Mutex(State())

    /// All types by number.
    var types: [Int32: EventType] { state.withLock(\.types) }

    /// All numbers by type.
    var numbers: [EventType: Int32] { state.withLock(\.numbers) }

    func add(_ type: EventType, _ number: Int32) {
        state.withLock {
            $0.numbers[type] = number
            $0.types[number] = type
        }
    }

    /// Reads the whole dictionary, which is small.
    func load(on connection: PostgresConnection) throws(PostgresError) {
        let rows = try connection.execute("SELECT id, name, version FROM es.types").decode((Int32, String, Int32).self)
        for (number, name, version) in rows { add(EventType(name, version: Int(version)), number) }
    }
}
