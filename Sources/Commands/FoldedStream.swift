internal import EventStore
internal import Events
internal import Foundation

/// Which stream: identifiers are unique in a tenant.
struct StreamKey: Hashable, Comparable, Sendable {
    let tenant: UUID
    let stream: UUID

    static func < (a: Self, b: Self) -> Bool {
        a.tenant == b.tenant
            ? a.stream.bytes.lexicographicallyPrecedes(b.stream.bytes)
            : a.tenant.bytes.lexicographicallyPrecedes(b.tenant.bytes)
    }
}

/// A stream's state at a version, whatever its kind.
struct FoldedStream: Sendable {
    private(set) var state: any Fold
    private(set) var version: StreamVersion = 0
    /// Of its last event; 0 without one.
    private(set) var position: Position = 0

    init(state: any Fold) { self.state = state }

    /// Folds the stream's next event.
    mutating func apply(_ event: any Event, at place: Place) {
        precondition(place.version == version + 1, "a stream is folded without gaps")
        state = Self.applying(event, to: state, at: place)
        (version, position) = (place.version, place.position)
    }

    /// Goes past the stream's next event, which says nothing.
    mutating func pass(_ place: Place) {
        precondition(place.version == version + 1, "a stream is folded without gaps")
        (version, position) = (place.version, place.position)
    }

    private static func applying<S: Fold>(_ event: any Event, to state: S, at place: Place) -> any Fold {
        guard let event = event as? S.Vocabulary else {
            preconditionFailure("\(type(of: event)) is no event of \(S.self)")
        }
        var state = state
        state.apply(event, at: place)
        return state
    }
}

/// Reads and folds streams of the log.
struct StreamReader: Sendable {
    let log: EventLog
    let codec: EventCodec
    private let page = 1000

    init(log: EventLog, codec: EventCodec) {
        self.log = log
        self.codec = codec
    }

    /// The state with all that the log has of the stream after it.
    func advance<S: Fold>(
        _ stream: FoldedStream,
        by kind: S.Type,
        _ id: StreamID<S.Vocabulary>,
        of tenant: Tenant
    ) async throws -> FoldedStream {
        var stream = stream
        while true {
            let events = try await log.read(stream: id.uuid, of: tenant, after: stream.version, limit: page)
            // A client may name a stream of another kind: there is none of this kind by that name.
            if let first = events.first, first.version == 1, Self.isOfAnother(first, than: S.Vocabulary.self) {
                return stream
            }
            for raw in events {
                let place = Place(
                    version: raw.version,
                    position: raw.position,
                    recordedAt: Timestamp(microseconds: raw.recordedAt)
                )
                do {
                    stream.apply(try await codec.decode(raw, as: S.Vocabulary.self), at: place)
                } catch let error as DecodeError {
                    guard try await log.droppedPositions(of: id.uuid, of: tenant, by: codec).contains(raw.position)
                    else {
                        throw error
                    }
                    stream.pass(place)
                }
            }
            if events.count < page { return stream }
        }
    }

    private static func isOfAnother<E: Event>(_ event: RecordedEvent, than kind: E.Type) -> Bool {
        EventCatalog.kinds.contains { $0 != kind && $0.types.contains { $0.name == event.type.name } }
    }
}
