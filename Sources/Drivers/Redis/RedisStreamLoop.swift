import Threads

/// What the thread of a ``RedisStreamReader`` does: connects, reads on from its places, and connects again.
struct RedisStreamLoop {
    /// How long one read waits in Redis.
    private static let block = Duration.seconds(5)

    let configuration: RedisConfiguration
    let starts: [String: RedisStreamReader.Start]
    let maxEntries: Int
    let interrupt: RedisInterrupt
    let callbacks: RedisStreamReader.Callbacks

    /// The last entry handed over of each stream; empty until the starts are known.
    private var places: [String: RedisStreamID] = [:]

    init(
        _ configuration: RedisConfiguration,
        starts: [String: RedisStreamReader.Start],
        maxEntries: Int,
        interrupt: RedisInterrupt,
        callbacks: RedisStreamReader.Callbacks
    ) {
        self.configuration = configuration
        self.starts = starts
        self.maxEntries = maxEntries
        self.interrupt = interrupt
        self.callbacks = callbacks
    }

    /// Reads until interrupted. Calls `onReady` whenever it has places to read on from.
    mutating func run(onReady: () -> Void) {
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
        var isFirstAttempt = true
        repeat {
            do throws(RedisError) {
                let connection = try RedisConnection(configuration, interrupt: interrupt)
                let last = try lastEntries(on: connection)
                if places.isEmpty { takeStarts(last) } else { rewindYounger(last) }
                if !isFirstAttempt { callbacks.onGap() }
                isFirstAttempt = false
                onReady()
                while true {
                    try read(on: connection)
                    // Not before: a Redis that answers reads with errors must not be asked without pause.
                    backoff.reset()
                }
            } catch {
                isFirstAttempt = false
                if error.code != .closed { callbacks.onFailure(error) }
            }
        } while !interrupt.sleep(for: backoff.next())
    }

    /// Hands over what there is or what comes first within a block.
    private mutating func read(on connection: RedisConnection) throws(RedisError) {
        let keys = Array(places.keys)
        let block = Self.block.components.seconds * 1000
        let command = RedisCommand(
            "XREAD",
            arguments: ["COUNT", maxEntries, "BLOCK", block, "STREAMS"] + keys + keys.map { places[$0, default: .zero] }
        )
        let reply = try connection.send(command, timeout: Self.block + configuration.commandTimeout)
        let entries = try RedisStreamEntry.read(reply)
        if entries.isEmpty {
            // Of a stream that was reset under the connection nothing would come until it has grown past its place.
            if rewindYounger(try lastEntries(on: connection)) { callbacks.onGap() }
        } else {
            // Who is behind by more than a read may be behind by more than the streams keep.
            let before = places
            if entries.count >= maxEntries, try wereTrimmed(past: before, on: connection) { callbacks.onGap() }
            for entry in entries { places[entry.key] = entry.id }
            callbacks.onEntries(entries)
        }
    }

    private mutating func takeStarts(_ last: [String: RedisStreamID]) {
        places = starts.reduce(into: [:]) { places, start in
            switch start.value {
            case .after(let id): places[start.key] = id
            case .latest: places[start.key] = last[start.key, default: .zero]
            }
        }
    }

    /// Goes back to the beginning of each stream that has not come as far as its place, so is not the one read before.
    @discardableResult
    private mutating func rewindYounger(_ last: [String: RedisStreamID]) -> Bool {
        let younger = places.filter { $0.value > last[$0.key, default: .zero] }
        for key in younger.keys { places[key] = .zero }
        return !younger.isEmpty
    }

    /// Whether a stream begins after its place, so that entries between may have gone unread. One that is read from its
    /// beginning has no place yet.
    private func wereTrimmed(
        past places: [String: RedisStreamID],
        on connection: RedisConnection
    ) throws(RedisError) -> Bool {
        for (key, place) in places where place != .zero {
            let reply = try connection.send(RedisCommand("XRANGE", key, "-", "+", "COUNT", 1))
            let first = try RedisStreamEntry.range(reply, key: key).first
            if let first, place < first.id { return true }
        }
        return false
    }

    /// The last entry that each stream ever had, trimmed and deleted ones included.
    private func lastEntries(on connection: RedisConnection) throws(RedisError) -> [String: RedisStreamID] {
        let keys = Array(starts.keys)
        var batch = RedisBatch()
        for key in keys { batch.append("XINFO", "STREAM", key) }
        var last: [String: RedisStreamID] = [:]
        for (key, reply) in zip(keys, try connection.pipeline(batch)) {
            // `ERR no such key`: a stream not there yet.
            if reply.error?.code == .server("ERR") { continue }
            let words = try reply.get().array ?? []
            guard let name = words.firstIndex(where: { $0.string == "last-generated-id" }), name + 1 < words.count,
                let id = words[name + 1].string.flatMap({ RedisStreamID($0) })
            else { throw RedisError(.protocolError, "XINFO STREAM answers no last-generated-id") }
            last[key] = id
        }
        return last
    }
}
