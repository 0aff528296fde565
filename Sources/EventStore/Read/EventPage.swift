internal import Foundation
internal import Postgres

/// The rows of a query for events, in the order of `EventQueries.columns`.
struct EventPage {
    private let result: PostgresResult
    private let types: [Int32: EventType]

    /// Reads the type dictionary again if a row has a type that is not in it.
    init(
        _ result: PostgresResult,
        _ dictionary: TypeDictionary,
        on connection: PostgresConnection
    ) throws(PostgresError) {
        self.result = result
        var types = dictionary.types
        for row in 0..<result.count where types[try result[row].decode(Int32.self, 6)] == nil {
            try dictionary.load(on: connection)
            types = dictionary.types
            break
        }
        self.types = types
    }

    func events(recordedAt: (Position) -> PostgresTimestamp) throws(PostgresError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        events.reserveCapacity(result.count)
        for index in 0..<result.count {
            let row = result[index]
            let position = try row.decode(Position.self, 1)
            events.append(try event(row, at: position, recordedAt(position)))
        }
        return events
    }

    func events(timeColumn: Int) throws(PostgresError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        events.reserveCapacity(result.count)
        for index in 0..<result.count {
            let row = result[index]
            let position = try row.decode(Position.self, 1)
            events.append(try event(row, at: position, try row.decode(PostgresTimestamp.self, timeColumn)))
        }
        return events
    }

    private func event(
        _ row: PostgresRow,
        at position: Position,
        _ recordedAt: PostgresTimestamp
    ) throws(PostgresError) -> RecordedEvent {
        let number = try row.decode(Int32.self, 6)
        guard let type = types[number] else { throw PostgresError(.decoding, "the log has no event type \(number)") }
        return RecordedEvent(
            partition: Partition(try row.decode(Int32.self, 0)),
            position: position,
            tenant: try row.decode(UUID.self, 2),
            stream: try row.decode(UUID.self, 3),
            version: try row.decode(StreamVersion.self, 4),
            id: try row.decode(UUID.self, 5),
            type: type,
            commandKey: try row.decode([UInt8].self, 7),
            metadata: try row.decode([UInt8].self, 8),
            payload: try row.decode([UInt8].self, 9),
            recordedAt: recordedAt.microsecondsSince1970
        )
    }
}
