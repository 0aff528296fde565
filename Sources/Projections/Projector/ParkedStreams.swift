internal import EventStore
internal import Events
internal import Foundation
internal import Postgres

/// Which streams of a partition are set aside, and what depends on them.
struct ParkedStreams {
    private struct Key: Hashable {
        let tenant: UUID
        let stream: UUID
    }

    private var streams: Set<Key> = []
    private var news: [Parking] = []

    static func load(of partition: Partition, on connection: PostgresConnection) throws(PostgresError) -> ParkedStreams
    {
        var parked = ParkedStreams()
        let rows = try connection.execute(
            "SELECT tenant, stream FROM rm.parked_streams WHERE partition = \(partition.number)"
        ).decode((UUID, UUID).self)
        for (tenant, stream) in rows { parked.streams.insert(Key(tenant: tenant, stream: stream)) }
        return parked
    }

    mutating func insert(_ parking: Parking) {
        streams.insert(Key(tenant: parking.event.tenant, stream: parking.event.stream))
        news.append(parking)
    }

    /// What has been parked since this was asked last, to be told to operators.
    mutating func takeNews() -> [Parking] {
        defer { news = [] }
        return news
    }

    /// The parked stream for whose sake an event must be set aside: its own, or one that decides who may see it.
    ///
    /// A parked user is withheld from audiences, so only what nobody else sees waits for it.
    func cause(of event: LogEvent) -> UUID? {
        if streams.isEmpty { return nil }
        let others =
            switch event.decoded {
            case .success(let recorded): recorded.event.streamsToBeSeenBy
            case .failure: [] as [UUID]
            }
        return ([event.raw.stream] + others).first { self.streams.contains(Key(tenant: event.raw.tenant, stream: $0)) }
    }
}

/// An event that could not be projected, and why.
struct Parking {
    let event: RecordedEvent
    let poison: Poison
}

extension AnyEvent {
    /// The streams besides its own that decide who may see it.
    var streamsToBeSeenBy: [UUID] {
        switch self {
        case .message(_, let change): [change.room.uuid]
        case .readState(_, .markerMoved(let user, let room, let message)): [room.uuid, user.uuid, message.uuid]
        case .user, .handle, .room, .repair, .limits, .usage, .usageReport, .policies, .control: []
        }
    }
}
