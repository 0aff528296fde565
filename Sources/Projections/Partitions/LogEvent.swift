internal import EventStore
internal import Events
internal import Postgres

/// An event as it was read: understood, or poison.
struct LogEvent: Sendable {
    let raw: RecordedEvent
    let decoded: Result<Recorded, Poison>
    /// Why it parks its stream, though it may be understood.
    var parks: Poison?

    init(_ raw: RecordedEvent, _ decoded: Result<Recorded, Poison>) {
        self.raw = raw
        self.decoded = decoded
    }

    /// Decodes an event; keys that are not at hand are loaded by `connection`. Throws only if that fails.
    init(_ raw: RecordedEvent, by codec: EventCodec, on connection: PostgresConnection) throws {
        self.raw = raw
        do {
            decoded = .success(try codec.decode(raw) { try codec.keyring.load($0, on: connection) })
        } catch let error as PostgresError {
            throw error
        } catch {
            decoded = .failure(Poison("\(error)"))
        }
    }

    /// Decodes an event; keys that are not at hand are loaded by the codec.
    init(_ raw: RecordedEvent, by codec: EventCodec) async throws {
        self.raw = raw
        do {
            decoded = .success(try await codec.decode(raw))
        } catch let error as DecodeError {
            decoded = .failure(Poison("\(error)"))
        }
    }
}

extension EventQueries {
    /// Like `read`, understood as far as can be.
    func readDecoded(
        _ partition: Partition,
        after position: Position,
        limit: Int,
        by codec: EventCodec,
        on connection: PostgresConnection
    ) throws -> [LogEvent] {
        try read(partition, after: position, limit: limit, on: connection).map {
            try LogEvent($0, by: codec, on: connection)
        }
    }
}
