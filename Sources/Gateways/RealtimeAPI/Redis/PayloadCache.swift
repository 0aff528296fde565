internal import EventStore
internal import Events
internal import Foundation
internal import Projections
internal import Redis
internal import Synchronization

/// What events say, each fetched once a process however many polls wait for it: from Redis, or where that has lost it, blanked
/// it or let it expire, from the log.
final class PayloadCache: Sendable {
    private struct Key: Hashable {
        let partition: Partition
        let place: RealtimePlace
    }

    private struct State {
        /// Two generations: when the younger is full it becomes the older, and what is still wanted moves back.
        var young: [Key: RealtimePayload] = [:]
        var old: [Key: RealtimePayload] = [:]
        var youngBytes = 0
        var loading: [Key: [CheckedContinuation<RealtimePayload?, any Error>]] = [:]
        /// Grows with each blanking: what was being fetched then may be what was blanked.
        var blankings = 0
    }

    private static let generationBytes = 32 << 20

    private let hot: HotQueues
    private let refill: Refill
    private let state = Mutex(State())

    init(hot: HotQueues, refill: Refill) {
        self.hot = hot
        self.refill = refill
    }

    /// The payloads of one tenant's events, in order; nil for one that the log does not give any more.
    func payloads(_ places: [RealtimePlace], of tenant: Tenant) async throws -> [RealtimePayload?] {
        var found: [RealtimePayload?] = []
        found.reserveCapacity(places.count)
        var mine: [RealtimePlace] = []
        var theirs: [Int] = []
        var blankings = 0
        state.withLock { state in
            blankings = state.blankings
            for (index, place) in places.enumerated() {
                let key = Key(partition: tenant.partition, place: place)
                let payload = Self.find(key, in: &state)
                found.append(payload)
                guard payload == nil else { continue }
                if state.loading[key] == nil {
                    state.loading[key] = []
                    mine.append(place)
                } else {
                    theirs.append(index)
                }
            }
        }
        if !mine.isEmpty {
            let loaded = try await load(mine, of: tenant, blankings)
            for (index, place) in places.enumerated() where found[index] == nil { found[index] = loaded[place] }
        }
        for index in theirs {
            found[index] = try await join(Key(partition: tenant.partition, place: places[index]), of: tenant)
        }
        return found
    }

    /// Forgets payloads that say less now.
    func blank(_ blanked: FanoutWake.Blanked, of partition: Partition) {
        state.withLock { state in
            state.blankings += 1
            switch blanked {
            case .these(let places):
                for place in places {
                    state.young[Key(partition: partition, place: place)] = nil
                    state.old[Key(partition: partition, place: place)] = nil
                }
            case .all:
                state.young = state.young.filter { $0.key.partition != partition }
                state.old = state.old.filter { $0.key.partition != partition }
            }
        }
    }

    /// Forgets everything, when blankings may have been missed.
    func forgetAll() {
        state.withLock { state in
            state.blankings += 1
            (state.young, state.old, state.youngBytes) = ([:], [:], 0)
        }
    }

    private static func find(_ key: Key, in state: inout State) -> RealtimePayload? {
        if let payload = state.young[key] { return payload }
        guard let payload = state.old.removeValue(forKey: key) else { return nil }
        keep(payload, key, in: &state)
        return payload
    }

    private static func keep(_ payload: RealtimePayload, _ key: Key, in state: inout State) {
        state.young[key] = payload
        state.youngBytes += payload.json.count + 128
        guard state.youngBytes > generationBytes else { return }
        (state.old, state.young, state.youngBytes) = (state.young, [:], 0)
    }

    /// Fetches what this caller was the first to ask for, and hands it to those who have asked since.
    private func load(
        _ places: [RealtimePlace],
        of tenant: Tenant,
        _ blankings: Int
    ) async throws -> [RealtimePlace: RealtimePayload] {
        do {
            let loaded = try await fetch(places, of: tenant)
            settle(places, of: tenant) { state, key in
                let payload = loaded[key.place]
                if let payload, state.blankings == blankings { Self.keep(payload, key, in: &state) }
                return .success(payload)
            }
            return loaded
        } catch {
            settle(places, of: tenant) { _, _ in .failure(error) }
            throw error
        }
    }

    private func settle(
        _ places: [RealtimePlace],
        of tenant: Tenant,
        _ result: (inout State, Key) -> Result<RealtimePayload?, any Error>
    ) {
        for place in places {
            let key = Key(partition: tenant.partition, place: place)
            let (outcome, waiters) = state.withLock { state in
                (result(&state, key), state.loading.removeValue(forKey: key) ?? [])
            }
            for waiter in waiters { waiter.resume(with: outcome) }
        }
    }

    /// Waits for whoever fetches it already.
    private func join(_ key: Key, of tenant: Tenant) async throws -> RealtimePayload? {
        let payload: RealtimePayload? = try await withCheckedThrowingContinuation { continuation in
            let ready = state.withLock { state -> RealtimePayload?? in
                guard state.loading[key] != nil else { return .some(Self.find(key, in: &state)) }
                state.loading[key]?.append(continuation)
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
        if let payload { return payload }
        // It was fetched, but a blanking came between: nobody kept it.
        return try await fetch([key.place], of: tenant)[key.place]
    }

    private func fetch(_ places: [RealtimePlace], of tenant: Tenant) async throws -> [RealtimePlace: RealtimePayload] {
        var loaded: [RealtimePlace: RealtimePayload] = [:]
        var missing: Set<Position> = []
        let stored: [RealtimePayload?]
        do {
            stored = try await hot.payloads(places, in: tenant.partition)
        } catch {
            guard error.isUnavailable else { throw error }
            stored = places.map { _ in nil }
        }
        for (place, payload) in zip(places, stored) {
            if let payload { loaded[place] = payload } else { missing.insert(place.position) }
        }
        if !missing.isEmpty {
            for event in try await refill.events(of: tenant, at: missing) { loaded[event.place] = event.payload }
        }
        return loaded
    }
}
