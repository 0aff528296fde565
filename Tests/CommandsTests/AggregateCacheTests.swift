import EventStore
import Events
import Foundation
import Testing

@testable import Commands

struct RecentStreamsTests {
    let tenant = UUID.v7()

    func stream(version: StreamVersion = 1) -> FoldedStream {
        var stream = FoldedStream(state: ReadState())
        for version in 1...version {
            let event = ReadStateEvent.markerMoved(user: UserID(), room: RoomID(), message: MessageID())
            stream.apply(event, at: Place(version: version, position: version, recordedAt: .now))
        }
        return stream
    }

    func keys(_ count: Int) -> [StreamKey] { (0..<count).map { _ in StreamKey(tenant: tenant, stream: .v7()) } }

    @Test func `the one that was not used for longest goes`() {
        var recent = RecentStreams(capacity: 3, bytes: .max)
        let keys = keys(4)
        for key in keys.prefix(3) { recent.store(stream(), at: key) }
        #expect(recent.use(keys[0]) != nil)
        recent.store(stream(), at: keys[3])
        #expect(keys.map { recent.use($0) != nil } == [true, false, true, true])
        #expect(recent.count == 3)
    }

    @Test func `weight is bounded too, but the newest stays`() {
        let weight = ReadState().weight
        var recent = RecentStreams(capacity: 100, bytes: 2 * weight)
        let keys = keys(5)
        for key in keys { recent.store(stream(), at: key) }
        #expect(keys.map { recent.use($0) != nil } == [false, false, false, true, true])
        var tiny = RecentStreams(capacity: 100, bytes: 1)
        for key in keys { tiny.store(stream(), at: key) }
        #expect(keys.map { tiny.use($0) != nil } == [false, false, false, false, true])
    }

    @Test func `an older state does not take the place of a newer one`() {
        var recent = RecentStreams(capacity: 3, bytes: .max)
        let key = keys(1)[0]
        recent.store(stream(version: 3), at: key)
        recent.store(stream(version: 2), at: key)
        #expect(recent.use(key)?.version == 3)
        recent.store(stream(version: 4), at: key)
        #expect(recent.use(key)?.version == 4)
        #expect(recent.count == 1)
    }

    @Test func `what is removed is gone, from any place in the order`() {
        var recent = RecentStreams(capacity: 3, bytes: .max)
        let keys = keys(6)
        for key in keys.prefix(3) { recent.store(stream(), at: key) }
        recent.remove(keys[1])
        recent.remove(keys[1])
        for key in keys.suffix(3) { recent.store(stream(), at: key) }
        #expect(keys.map { recent.use($0) != nil } == [false, false, false, true, true, true])
        recent.removeAll()
        #expect(recent.count == 0)
    }

    @Test func `absent streams are not kept`() {
        let cache = AggregateCache(capacity: 10, bytes: .max)
        let key = keys(1)[0]
        cache.store(FoldedStream(state: ReadState()), at: key)
        #expect(cache[key] == nil)
    }
}
