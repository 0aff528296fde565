internal import EventStore
package import Redis

/// Where a realtime event stands in its partition: the `index`-th, from 1, that the log's event at `position` gives. It is the
/// entry's id in the queues, and never leaves the system: a shared partition's positions would tell about other tenants.
package struct RealtimePlace: Hashable, Comparable, Sendable {
    package let position: Int64
    package let index: UInt16

    package init(_ position: Int64, _ index: UInt16) {
        self.position = position
        self.index = index
    }

    /// After everything that the event at `position` gives, and before what the next one does.
    package static func end(of position: Int64) -> RealtimePlace { RealtimePlace(position, .max) }

    package init?(_ id: RedisStreamID) {
        guard let position = Int64(exactly: id.ms), let index = UInt16(exactly: id.seq) else { return nil }
        self.init(position, index)
    }

    package var streamID: RedisStreamID { RedisStreamID(ms: UInt64(position), seq: UInt64(index)) }

    package static func < (a: Self, b: Self) -> Bool { (a.position, a.index) < (b.position, b.index) }
}
