package import EventStore
package import Events

package import struct Foundation.UUID

/// What was: entities as of a position of the log, folded from their own streams and from nothing that may have changed since
/// but what operators have dropped, which never was.
package struct History: Sendable {
    private static let pageSize = 500

    private let log: EventLog
    private let codec: EventCodec
    private let reads: ReadModels

    package init(log: EventLog, codec: EventCodec, reads: ReadModels) {
        self.log = log
        self.codec = codec
        self.reads = reads
    }

    /// The room; nil if there was none by then.
    package func room(_ id: RoomID, of tenant: Tenant, at position: Position) async throws -> HistoricRoom? {
        var room: HistoricRoom?
        try await events(of: id.uuid, of: tenant, through: position) { recorded in
            guard case .room(_, let event) = recorded.event else { return }
            if room == nil { room = HistoricRoom(event, at: recorded) } else { room?.apply(event, at: recorded) }
        }
        return room
    }

    /// The user; nil if they had not joined by then.
    package func user(_ id: UserID, of tenant: Tenant, at position: Position) async throws -> HistoricUser? {
        var user: HistoricUser?
        try await events(of: id.uuid, of: tenant, through: position) { recorded in
            guard case .user(_, let event) = recorded.event else { return }
            if user == nil { user = HistoricUser(event, at: recorded) } else { user?.apply(event, at: recorded) }
        }
        return user
    }

    /// The message; nil if it had not been posted by then. Range-deletes of its room count as its own deletion does.
    package func message(_ id: MessageID, of tenant: Tenant, at position: Position) async throws -> HistoricMessage? {
        var found: HistoricMessage?
        try await events(of: id.uuid, of: tenant, through: position) { recorded in
            guard case .message(_, let event) = recorded.event else { return }
            if found == nil {
                found = HistoricMessage(event, at: recorded)
            } else {
                found?.apply(event, at: recorded)
            }
        }
        guard var message = found else { return nil }
        // Which place it has in its room was settled when it was projected, once and for all.
        guard let seq = try await reads.seq(of: id, in: tenant),
            let room = try await room(message.room, of: tenant, at: position)
        else { return message }
        for range in room.rangeDeletes
        where range.position > message.position && range.sequence.contains(seq)
            && (range.author ?? message.author) == message.author
        {
            message.delete(HistoricMessage.Deletion(by: range.by, reason: range.reason, at: range.at))
        }
        return message
    }

    private func events(
        of stream: UUID,
        of tenant: Tenant,
        through position: Position,
        _ apply: (Recorded) -> Void
    ) async throws {
        let dropped = try await log.droppedPositions(of: stream, of: tenant, by: codec)
        var version: StreamVersion = 0
        while true {
            let page = try await log.read(stream: stream, of: tenant, after: version, limit: Self.pageSize)
            for raw in page {
                guard raw.position <= position else { return }
                if !dropped.contains(raw.position) { apply(try await codec.decode(raw)) }
                version = raw.version
            }
            if page.count < Self.pageSize { return }
        }
    }
}
