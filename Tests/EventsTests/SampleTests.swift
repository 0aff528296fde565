import Crypto
import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

struct SampleTests {
    static let isWriting = ProcessInfo.processInfo.environment["DAYBOOK_WRITE_SAMPLES"] != nil

    @Test(.enabled(if: !isWriting))
    func `every type that is written has a sample`() throws {
        let sampled = try Samples.types()
        for kind in EventCatalog.kinds {
            for type in kind.types {
                #expect(sampled.contains(type), "schema/events/\(type).json is missing: see Samples.swift")
            }
        }
    }

    @Test(.enabled(if: !isWriting))
    func `every event ever written decodes to what was meant`() async throws {
        let expected = Dictionary(uniqueKeysWithValues: Samples.events.map { ($0.type, $0.event) })
        #expect(try Samples.types() == Set(expected.keys))
        try await TestDatabase.run { database in
            let codec = try await codec(on: database, with: try SampleKeys.read())
            for (type, event) in expected {
                try await check(event, as: type, by: codec)
            }
        }
    }

    private func check<E: Event>(_ event: E, as type: EventType, by codec: EventCodec) async throws {
        let raw = recorded(Array(try Data(contentsOf: Samples.file(of: type))), type)
        #expect(try await codec.decode(raw, as: E.self) == event, "\(type)")
        #expect(try await codec.decode(raw).event.is(event), "\(type)")
    }

    /// No test, but how the samples are made: writes those that are missing.
    @Test(.enabled(if: isWriting))
    func `samples are written`() async throws {
        try await TestDatabase.run { database in
            var keys = (try? SampleKeys.read()) ?? SampleKeys(masterKey: Data((0..<32).map { UInt8($0) }), rows: [])
            let codec = try await codec(on: database, with: keys)
            for (type, event) in Samples.events
            where !FileManager.default.fileExists(atPath: Samples.file(of: type).path) {
                precondition(type == event.type, "the sample of an old version was written when it was new")
                try Data(try await codec.encode(event, in: Samples.tenant)).write(to: Samples.file(of: type))
            }
            keys.rows = try await database.pool().withConnection { connection in
                try connection.execute("SELECT id, tenant, subject, wrapped FROM es.subject_keys ORDER BY subject")
                    .decode((UUID, UUID, UUID, [UInt8]).self)
            }.map { SampleKeys.Row(id: $0.0, tenant: $0.1, subject: $0.2, wrapped: Data($0.3)) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(keys).write(to: SampleKeys.file)
        }
    }

    private func codec(on database: TestDatabase, with keys: SampleKeys) async throws -> EventCodec {
        try await database.pool().withConnection { connection in
            for row in keys.rows {
                try connection.execute(
                    """
                    INSERT INTO es.subject_keys (id, tenant, subject, wrapped)
                    VALUES (\(row.id), \(row.tenant), \(row.subject), \(Array(row.wrapped)))
                    """
                )
            }
        }
        let masterKey = MasterKeys(MasterKey(SymmetricKey(data: keys.masterKey)))
        return EventCodec(keyring: Keyring(masterKey: masterKey, pool: database.pool(as: .appender)))
    }
}

extension AnyEvent {
    /// Whether it is this event.
    func `is`(_ event: any Event) -> Bool { equals(said, event) }

    private func equals<E: Event>(_ mine: E, _ other: any Event) -> Bool { mine == other as? E }
}

/// An event as if it came from the log.
func recorded(
    _ payload: [UInt8],
    _ type: EventType,
    of tenant: UUID = Samples.tenant,
    metadata: String = #"{"actor":{"system":{}}}"#
) -> RecordedEvent {
    RecordedEvent(
        partition: Partition(0),
        position: 1,
        tenant: tenant,
        stream: .v7(),
        version: 1,
        id: .v7(),
        type: type,
        commandKey: Array(repeating: 0, count: 32),
        metadata: Array(metadata.utf8),
        payload: payload,
        recordedAt: 0
    )
}
