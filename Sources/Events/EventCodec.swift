package import EventStore
internal import Foundation

package import struct Foundation.UUID

/// An event with its place in the log and what was said about its making.
package struct Recorded: Sendable {
    package let event: AnyEvent
    package let metadata: Metadata
    package let raw: RecordedEvent

    package var position: Position { raw.position }
    package var recordedAt: Timestamp { Timestamp(microseconds: raw.recordedAt) }
}

/// Why an event of the log cannot be understood. Such an event is poison: it is set aside, never skipped in silence.
package enum DecodeError: Error, CustomStringConvertible {
    case unknownType(EventType)
    case noUpcaster(EventType)
    case malformed(EventType, String)

    package var description: String {
        switch self {
        case .unknownType(let type): "the event type \(type) is not known"
        case .noUpcaster(let type): "no upcaster leads on from \(type)"
        case .malformed(let type, let reason): "an event of type \(type) does not decode: \(reason)"
        }
    }
}

/// Events to and from the log's bytes: seals and opens personal fields, brings old versions up to date.
package struct EventCodec: Sendable {
    package let keyring: Keyring

    package init(keyring: Keyring) { self.keyring = keyring }

    /// The payload's bytes, personal fields sealed with their subjects' current keys.
    package func encode(_ event: some Event, in tenant: UUID) async throws -> [UInt8] {
        var context = SealingContext(tenant: tenant)
        for subject in event.subjects {
            context.current[subject] = try await keyring.current(of: subject.uuid, in: tenant)
        }
        return try JSONWriter.bytes(of: event, nils: .leftOut, userInfo: [SealingContext.userInfoKey: context])
    }

    /// What the event says as JSON, at its kind's current version and with personal fields opened: `{"of": …, "text": …}`, the
    /// text null for a person who has been forgotten. For those who may read everything.
    package static func plainPayload(of event: AnyEvent) throws -> [UInt8] {
        try JSONWriter.bytes(of: event.said, nils: .leftOut, userInfo: [SealingContext.plainKey: true])
    }

    /// Decodes one event; keys that are not at hand are loaded.
    package func decode(_ raw: RecordedEvent) async throws -> Recorded {
        try await decoding {
            try attempt(raw)
        } load: {
            try await keyring.load([$0])
        }
    }

    /// Decodes one event on a thread of its own; `load` makes the keyring know a key, by the caller's connection.
    package func decode(_ raw: RecordedEvent, loadingKeysBy load: (Set<UUID>) throws -> Void) throws -> Recorded {
        var tries = 0
        while true {
            do { return try attempt(raw) } catch let missing as MissingKey where tries < 8 {
                tries += 1
                try load([missing.id])
            }
        }
    }

    /// Decodes an event of a known kind, for folds.
    package func decode<E: Event>(_ raw: RecordedEvent, as kind: E.Type) async throws -> E {
        try await decoding {
            try payload(raw, as: kind)
        } load: {
            try await keyring.load([$0])
        }
    }

    /// Decodes an event of rooms, which hold nothing personal.
    package static func decodeRoom(_ payload: [UInt8], of type: EventType) throws -> RoomEvent {
        try decode(payload, of: type, as: RoomEvent.self, in: nil)
    }

    private func decoding<T>(_ attempt: () throws -> T, load: (UUID) async throws -> Void) async throws -> T {
        var tries = 0
        while true {
            do { return try attempt() } catch let missing as MissingKey where tries < 8 {
                tries += 1
                try await load(missing.id)
            }
        }
    }

    private func attempt(_ raw: RecordedEvent) throws -> Recorded {
        guard let kind = EventCatalog.kindByName[raw.type.name] else { throw DecodeError.unknownType(raw.type) }
        let event: AnyEvent =
            switch kind {
            case is UserEvent.Type: .user(UserID(raw.stream), try payload(raw, as: UserEvent.self))
            case is HandleEvent.Type: .handle(HandleID(raw.stream), try payload(raw, as: HandleEvent.self))
            case is RoomEvent.Type: .room(RoomID(raw.stream), try payload(raw, as: RoomEvent.self))
            case is MessageEvent.Type: .message(MessageID(raw.stream), try payload(raw, as: MessageEvent.self))
            case is ReadStateEvent.Type: .readState(ReadStateID(raw.stream), try payload(raw, as: ReadStateEvent.self))
            case is RepairEvent.Type: .repair(RepairID(raw.stream), try payload(raw, as: RepairEvent.self))
            case is LimitEvent.Type: .limits(LimitsID(raw.stream), try payload(raw, as: LimitEvent.self))
            case is UsageReportEvent.Type:
                .usageReport(UsageReportID(raw.stream), try payload(raw, as: UsageReportEvent.self))
            case is UsageEvent.Type: .usage(UsageID(raw.stream), try payload(raw, as: UsageEvent.self))
            case is PolicyEvent.Type: .policies(PoliciesID(raw.stream), try payload(raw, as: PolicyEvent.self))
            default: try control(raw, as: kind)
            }
        do {
            let metadata = try JSONReader.value(Metadata.self, of: raw.metadata)
            return Recorded(event: event, metadata: metadata, raw: raw)
        } catch {
            throw DecodeError.malformed(raw.type, "metadata: \(error)")
        }
    }

    private func control<E: Event>(_ raw: RecordedEvent, as kind: E.Type) throws -> AnyEvent {
        guard let event = ControlEvent(try payload(raw, as: kind), on: raw.stream) else {
            throw DecodeError.unknownType(raw.type)
        }
        return .control(event)
    }

    private func payload<E: Event>(_ raw: RecordedEvent, as kind: E.Type) throws -> E {
        let context = SealingContext(opening: { [keyring] in keyring.cached($0) }, tenant: raw.tenant)
        return try Self.decode(raw.payload, of: raw.type, as: kind, in: context)
    }

    /// Decodes what an event says. One with personal fields needs a context, and throws `MissingKey` for a key that it has not.
    private static func decode<E: Event>(
        _ payload: [UInt8],
        of type: EventType,
        as kind: E.Type,
        in context: SealingContext?
    ) throws -> E {
        guard let current = EventCatalog.currentVersion[type.name] else { throw DecodeError.unknownType(type) }
        let bytes = try Upcasting.bring(payload, of: type, to: current, by: kind.upcasters)
        let userInfo: [CodingUserInfoKey: Any] = context.map { [SealingContext.userInfoKey: $0] } ?? [:]
        let event: E
        do { event = try JSONReader.value(kind, of: bytes, userInfo: userInfo) } catch let missing as MissingKey {
            throw missing
        } catch {
            throw DecodeError.malformed(type, "\(error)")
        }
        // The payload names its own case; a type beside it that says otherwise is a broken event, not a choice.
        guard event.type.name == type.name else {
            throw DecodeError.malformed(type, "the payload is a \(event.type.name)")
        }
        return event
    }
}

/// Brings payloads of older versions up to date, one version at a time.
package enum Upcasting {
    package static func bring(
        _ payload: [UInt8],
        of type: EventType,
        to version: Int,
        by upcasters: [EventType: @Sendable ([UInt8]) throws -> [UInt8]]
    ) throws -> [UInt8] {
        guard type.version <= version else { throw DecodeError.unknownType(type) }
        var (payload, type) = (payload, type)
        while type.version < version {
            guard let upcast = upcasters[type] else { throw DecodeError.noUpcaster(type) }
            payload = try upcast(payload)
            type = EventType(type.name, version: type.version + 1)
        }
        return payload
    }
}
