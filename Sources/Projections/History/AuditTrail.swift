package import EventStore
package import Events

package import struct Foundation.UUID

/// A tenant's part of the log, as an auditor reads it: every event in order, those that a filter names.
package struct AuditTrail: Sendable {
    /// Which events; nil lets all through.
    package struct Filter: Sendable {
        /// Who did it, or on whose behalf it was done.
        package var actor: Actor?
        /// A type's name, such as `messaging.message_posted`, whatever its version.
        package var type: String?
        package var stream: UUID?
        /// What happened in a room or to it.
        package var room: RoomID?

        package init(actor: Actor? = nil, type: String? = nil, stream: UUID? = nil, room: RoomID? = nil) {
            self.actor = actor
            self.type = type
            self.stream = stream
            self.room = room
        }
    }

    let log: EventLog
    let codec: EventCodec

    package init(log: EventLog, codec: EventCodec) {
        self.log = log
        self.codec = codec
    }

    /// The events with positions in (`position`, `last`], oldest first, in pages that may be empty: the log is read no faster
    /// than the caller asks.
    package func events(
        of tenant: Tenant,
        after position: Position,
        through last: Position,
        matching filter: Filter
    ) -> AuditPages {
        AuditPages(trail: self, tenant: tenant, position: position, last: last, filter: filter)
    }

    /// Up to `limit` events of one stream, after a version or before it; oldest first.
    package func events(
        in stream: UUID,
        of tenant: Tenant,
        _ side: Side,
        limit: Int
    ) async throws -> [AuditEntry] {
        let raw: [RecordedEvent] =
            switch side {
            case .after(let version): try await log.read(stream: stream, of: tenant, after: version, limit: limit)
            case .before(let version):
                try await log.read(stream: stream, of: tenant, before: version, limit: limit).reversed()
            }
        var entries: [AuditEntry] = []
        for event in raw { entries.append(try await AuditEntry(event, by: codec)) }
        return entries
    }

    /// The position of the last event that was recorded at or before `time` (microseconds since 1970), 0 if none was.
    package func position(at time: Int64, in tenant: Tenant) async throws -> Position {
        try await log.position(at: time, of: tenant.partition)
    }

    package enum Side: Sendable {
        case after(version: StreamVersion)
        case before(version: StreamVersion)
    }
}

/// Matching events in pages, each with the position up to which the log has been read.
package struct AuditPages: AsyncSequence, Sendable {
    package struct Page: Sendable {
        package let entries: [AuditEntry]
        package let through: Position
    }

    package typealias Element = Page

    private static let pageSize = 500

    let trail: AuditTrail
    let tenant: Tenant
    let position: Position
    let last: Position
    let filter: AuditTrail.Filter

    package func makeAsyncIterator() -> Iterator { Iterator(pages: self, position: position) }

    package struct Iterator: AsyncIteratorProtocol {
        let pages: AuditPages
        var position: Position

        package mutating func next() async throws -> Page? {
            guard position < pages.last else { return nil }
            try Task.checkCancellation()
            let raw = try await pages.trail.log.read(
                of: pages.tenant,
                after: position,
                through: pages.last,
                limit: AuditPages.pageSize
            )
            position = raw.count < AuditPages.pageSize ? pages.last : raw.last?.position ?? pages.last
            var entries: [AuditEntry] = []
            for event in raw where pages.filter.mayMatch(event) {
                let entry = try await AuditEntry(event, by: pages.trail.codec)
                if pages.filter.matches(entry) { entries.append(entry) }
            }
            return Page(entries: entries, through: position)
        }
    }
}

extension AuditTrail.Filter {
    /// By what is known without decoding.
    fileprivate func mayMatch(_ event: RecordedEvent) -> Bool {
        (type ?? event.type.name) == event.type.name && (stream ?? event.stream) == event.stream
    }

    /// An event that is not understood may be anyone's, in any room: only a filter by type or stream leaves it out.
    fileprivate func matches(_ entry: AuditEntry) -> Bool {
        guard let recorded = entry.recorded else { return true }
        if let actor, actor != recorded.metadata.actor, actor != recorded.metadata.onBehalfOf.map(Actor.user) {
            return false
        }
        return room == nil || room == recorded.event.room
    }
}
