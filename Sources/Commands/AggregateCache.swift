internal import Foundation
internal import Synchronization

/// The states of the streams that were used last. They may be old, since other processes write too: the log finds that
/// out when an append rests on them.
///
/// Bounded by count and by weight, in shards of their own locks so that requests rarely meet. Absent streams are not
/// kept.
final class AggregateCache: Sendable {
    private let shards: [Shard]

    /// `capacity` streams of together about `bytes` bytes.
    init(capacity: Int, bytes: Int, shards count: Int = 16) {
        shards = (0..<count).map { _ in Shard(capacity: max(1, capacity / count), bytes: max(1, bytes / count)) }
    }

    subscript(key: StreamKey) -> FoldedStream? {
        shard(of: key).recent.withLock { $0.use(key) }
    }

    /// Keeps the state unless a newer one is there.
    func store(_ stream: FoldedStream, at key: StreamKey) {
        guard stream.version > 0 else { return }
        shard(of: key).recent.withLock { $0.store(stream, at: key) }
    }

    func remove(_ key: StreamKey) {
        shard(of: key).recent.withLock { $0.remove(key) }
    }

    func removeAll() {
        for shard in shards { shard.recent.withLock { $0.removeAll() } }
    }

    var count: Int { shards.reduce(0) { $0 + $1.recent.withLock { $0.count } } }

    private func shard(of key: StreamKey) -> Shard {
        shards[Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))]
    }

    private final class Shard: Sendable {
        let recent: Mutex<RecentStreams>

        init(capacity: Int, bytes: Int) {
            recent = Mutex(RecentStreams(capacity: capacity, bytes: bytes))
        }
    }
}

/// A table in order of use: a doubly linked list whose links are places in an array.
struct RecentStreams {
    private struct Node {
        var key: StreamKey
        var stream: FoldedStream
        var weight: Int
        var newer: Int?
        var older: Int?
    }

    private let capacity: Int
    private let bytes: Int
    private var places: [StreamKey: Int] = [:]
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    private var weight = 0

    init(capacity: Int, bytes: Int) {
        self.capacity = capacity
        self.bytes = bytes
    }

    var count: Int { places.count }

    mutating func use(_ key: StreamKey) -> FoldedStream? {
        guard let place = places[key], let node = nodes[place] else { return nil }
        if newest != place {
            unlink(place)
            linkAsNewest(place)
        }
        return node.stream
    }

    mutating func store(_ stream: FoldedStream, at key: StreamKey) {
        if let old = use(key) {
            guard stream.version > old.version else { return }
            remove(key)
        }
        let place = free.popLast() ?? nodes.count
        if place == nodes.count { nodes.append(nil) }
        let node = Node(key: key, stream: stream, weight: stream.state.weight)
        nodes[place] = node
        places[key] = place
        weight += node.weight
        linkAsNewest(place)
        // The newest stays, however heavy it is: the next decision needs it.
        while count > 1, count > capacity || weight > bytes, let oldest, let last = nodes[oldest] { remove(last.key) }
    }

    mutating func remove(_ key: StreamKey) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        weight -= nodes[place]?.weight ?? 0
        nodes[place] = nil
        free.append(place)
    }

    mutating func removeAll() {
        self = RecentStreams(capacity: capacity, bytes: bytes)
    }

    private mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
        nodes[place]?.newer = nil
        nodes[place]?.older = nil
    }

    private mutating func linkAsNewest(_ place: Int) {
        nodes[place]?.older = newest
        if let newest { nodes[newest]?.newer = place } else { oldest = place }
        newest = place
    }
}
