internal import EventStore
package import Events
internal import Foundation
internal import Synchronization

/// Gives a command the states that it asks for and notes their versions as guards. One for each attempt at a decision,
/// within which a stream has one version, however often it is asked for.
package struct StateLoader: ~Copyable, Sendable {
    package let caller: Caller
    let cache: AggregateCache
    let reader: StreamReader
    /// Versions that the log has spoken of: what the cache holds must not be older.
    let known: [UUID: StreamVersion]
    private let touches = Mutex<[UUID: Touch]>([:])
    /// Streams that the log has said not to have.
    private let absent = Mutex<Set<UUID>>([])

    /// A stream that the decision rests on.
    struct Touch: Sendable {
        let key: StreamKey
        var stream: FoldedStream
        var guarded: Bool
        /// Folds what the log has after a state.
        let advance: @Sendable (FoldedStream) async throws -> FoldedStream
    }

    init(caller: Caller, cache: AggregateCache, reader: StreamReader, known: [UUID: StreamVersion]) {
        self.caller = caller
        self.cache = cache
        self.reader = reader
        self.known = known
    }

    /// The folded state of a stream, guarded.
    package func load<S: Fold>(_ state: S.Type, _ id: StreamID<S.Vocabulary>) async throws -> Loaded<S> {
        try await touch(state, id, guarded: true)
    }

    /// The folded state of a stream, not guarded: for what never changes once it is there, since what this process
    /// remembers of a stream may be old.
    package func peek<S: Fold>(_ state: S.Type, _ id: StreamID<S.Vocabulary>) async throws -> Loaded<S> {
        try await touch(state, id, guarded: false)
    }

    /// The folded state, guarded, of a stream that the command is about to begin. It is taken to be absent without a
    /// look at the log, which says if that is wrong, so that beginning a stream costs no read.
    package func loadNew<S: Fold>(_ state: S.Type, _ id: StreamID<S.Vocabulary>) async throws -> Loaded<S> {
        try await touch(state, id, guarded: true, new: true)
    }

    /// Finds out which of many streams there are, with one look at the log, so that loading those that are not there costs no
    /// look each. A body may name hundreds.
    func look(for ids: [UUID]) async throws {
        let unknown = ids.filter { cache[StreamKey(tenant: caller.tenant.id, stream: $0)] == nil }
        guard unknown.count > 1 else { return }
        let versions = try await reader.log.versions(of: unknown, of: caller.tenant)
        absent.withLock { $0.formUnion(unknown.filter { versions[$0] == nil }) }
    }

    /// All that was asked for, by stream.
    var touched: [UUID: Touch] { touches.withLock { $0 } }

    /// Looks at the log whether the streams have moved since they were loaded, and brings the cache up to date with
    /// those that did. When none did, all versions stood together at one moment within this call.
    func moved() async throws -> [UUID: StreamVersion] {
        let touched = touched
        let versions = try await reader.log.versions(of: Array(touched.keys), of: caller.tenant)
        var moved: [UUID: StreamVersion] = [:]
        for (id, touch) in touched where touch.stream.version != versions[id] ?? 0 {
            // A stream of another kind stays what it was.
            let now = try await touch.advance(touch.stream)
            guard now.version != touch.stream.version else { continue }
            cache.store(now, at: touch.key)
            moved[id] = now.version
        }
        return moved
    }

    private func touch<S: Fold>(
        _ kind: S.Type,
        _ id: StreamID<S.Vocabulary>,
        guarded: Bool,
        new: Bool = false
    ) async throws -> Loaded<S> {
        if let stream = again(id.uuid, guarded: guarded) { return loaded(stream, id) }
        let key = StreamKey(tenant: caller.tenant.id, stream: id.uuid)
        let advance: @Sendable (FoldedStream) async throws -> FoldedStream = {
            [reader, tenant = caller.tenant] stream in
            try await reader.advance(stream, by: kind, id, of: tenant)
        }
        var stream = cache[key] ?? FoldedStream(state: S())
        let isAbsent = new || absent.withLock { $0.contains(id.uuid) }
        if stream.version < known[id.uuid] ?? 0 || (stream.version == 0 && !isAbsent) {
            stream = try await advance(stream)
            cache.store(stream, at: key)
        }
        touches.withLock { $0[id.uuid] = Touch(key: key, stream: stream, guarded: guarded, advance: advance) }
        return loaded(stream, id)
    }

    private func again(_ id: UUID, guarded: Bool) -> FoldedStream? {
        touches.withLock { touches in
            if guarded { touches[id]?.guarded = true }
            return touches[id]?.stream
        }
    }

    private func loaded<S: Fold>(_ stream: FoldedStream, _ id: StreamID<S.Vocabulary>) -> Loaded<S> {
        // A client may name a stream of another kind: there is none of this kind by that name.
        guard let state = stream.state as? S else { return Loaded(id: id, state: S(), version: 0) }
        return Loaded(id: id, state: state, version: stream.version)
    }
}
