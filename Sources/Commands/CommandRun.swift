internal import EventStore
internal import Events
internal import Foundation

/// One command on its way: what it has learned of the log and holds of the gate between its tries.
struct CommandRun<C: Command> {
    /// How often the log may send it back. Only one command of a process contends for a stream at a time (`WriteGate`),
    /// so these are lost to other processes; the waits between them, twice as long each time up to a quarter of a second,
    /// outlast a queue of some hundred commands there.
    private static var conflictLimit: Int { 12 }
    /// How often it may decide in all, which also happens when it has waited at the gate or found its states too old.
    private static var decisionLimit: Int { 40 }

    private let command: C
    private let context: CommandContext
    private let handler: CommandHandler
    private let key: CommandKey

    init(_ command: C, in context: CommandContext, by handler: CommandHandler) throws {
        self.command = command
        self.context = context
        self.handler = handler
        key = try CommandKey(command, in: context, under: handler.codec.keyring.requestSecrets)
    }

    /// What the log file calls it: the same for a repeat under the same key.
    var id: String { UUID(bytes: key.key.prefix(16))?.text ?? "" }

    /// What one try came to.
    private enum Outcome {
        case done(CommandResult<C.Answer>)
        /// The log has these versions now; decide again.
        case moved([UUID: StreamVersion], conflict: Bool)
        /// Someone else is appending to these streams; decide again after them.
        case busy(Set<StreamKey>)
    }

    func run() async throws -> CommandResult<C.Answer> {
        var known: [UUID: StreamVersion] = [:]
        var held: Set<StreamKey> = []
        defer { handler.gate.leave(held) }
        var conflicts = 0
        for _ in 0..<Self.decisionLimit {
            let loader = StateLoader(
                caller: context.caller,
                cache: handler.cache,
                reader: StreamReader(log: handler.log, codec: handler.codec),
                known: known
            )
            switch try await attempt(with: loader, holding: &held) {
            case .done(let result): return result
            case .busy(let streams):
                await handler.gate.enter(streams)
                held = streams
            case .moved(let versions, let conflict):
                known.merge(versions) { $1 }
                guard conflict else { continue }
                conflicts += 1
                guard conflicts < Self.conflictLimit else { throw CommandError.conflict }
                try await Task.sleep(for: .microseconds(Int.random(in: 0...1000 << min(conflicts, 8))))
            }
        }
        throw CommandError.conflict
    }

    private func attempt(with loader: borrowing StateLoader, holding held: inout Set<StreamKey>) async throws -> Outcome
    {
        let state = try await command.load(by: loader)
        let decision: Decision<C.Answer>
        do {
            decision = try command.decide(state, for: context.caller)
            try checkCondition(on: loader.touched)
        } catch {
            return try await conclude(.refused(error), on: loader)
        }
        guard !decision.items.isEmpty else { return try await conclude(.ok(decision.answer), on: loader) }
        let writes = Set(decision.items.map { StreamKey(tenant: context.caller.tenant.id, stream: $0.stream) })
        if !writes.isSubset(of: held) {
            handler.gate.leave(held)
            held = []
            guard handler.gate.tryEnter(writes) else { return .busy(writes) }
            held = writes
        }
        return try await commit(decision, on: loader)
    }

    private func checkCondition(on touched: [UUID: StateLoader.Touch]) throws(Refusal) {
        guard let expected = context.ifMatch else { return }
        guard let target = command.target, touched[target]?.stream.version == expected else { throw .versionMismatch }
    }

    // MARK: With events

    private func commit(_ decision: Decision<C.Answer>, on loader: borrowing StateLoader) async throws -> Outcome {
        let touched = loader.touched
        let tenant = context.caller.tenant
        var events: [NewEvent] = []
        for item in decision.items {
            precondition(touched[item.stream]?.guarded == true, "\(C.name) writes a stream that it has not loaded")
            let payload = try await handler.codec.encode(item.event, in: tenant.id)
            events.append(
                NewEvent(stream: item.stream, type: item.event.type, payload: payload, metadata: try metadata(of: item))
            )
        }
        let append = AppendCommand(
            tenant: tenant.id,
            key: key.key,
            request: key.requests[0],
            streams: guards(touched.filter(\.value.guarded)),
            events: events,
            counters: decision.counters,
            seen: observed(touched),
            // Only who has a key can ask again.
            answer: context.idempotencyKey == nil ? nil : try StoredAnswer.ok(decision.answer).bytes()
        )
        switch try await verdict(on: append) {
        case .accepted(let accepted):
            remember(decision.items, at: accepted, on: touched)
            let result = CommandResult(
                answer: decision.answer,
                position: accepted.last,
                recordedAt: Timestamp(microseconds: accepted.committedAt),
                version: command.target.flatMap { accepted.versions[$0] },
                replayed: false
            )
            return .done(result)
        case .refused(let values):
            let full = decision.counters.first { move in
                guard case .add(let amount, let max) = move.operation, let value = values[move.counter] else {
                    return false
                }
                return value + Int64(amount) > max
            }
            guard let full, let value = values[full.counter], let refusal = decision.limits[full.counter]?(value) else {
                throw CommandError.failed("the log refused \(C.name) for counters that have room: \(values)")
            }
            // The log says so only where all that the decision read still stood.
            if refusal.kind == .exhausted { throw refusal }
            return try await conclude(.refused(refusal), on: loader)
        case .conflict(let versions): return moved(versions, from: touched)
        case .duplicate(_, let last, let answer): return .done(try replay(answer, at: last))
        case .keyReused: throw CommandError.keyReused
        }
    }

    /// A key counts as used for something else only if it is so under each of the secrets.
    private func verdict(on append: AppendCommand) async throws -> AppendVerdict {
        var append = append
        for request in key.requests {
            append.request = request
            let verdict = try await handler.log.append(append, to: context.caller.tenant.partition)
            guard case .keyReused = verdict else { return verdict }
        }
        return .keyReused
    }

    /// Folds what was just written into the states that it was decided on, so that the next decision need not read it.
    private func remember(
        _ items: [Decision<C.Answer>.Item],
        at accepted: AppendVerdict.Accepted,
        on touched: [UUID: StateLoader.Touch]
    ) {
        var streams: [UUID: FoldedStream] = [:]
        for (index, item) in items.enumerated() {
            guard var stream = streams[item.stream] ?? touched[item.stream]?.stream else { continue }
            let place = Place(
                version: stream.version + 1,
                position: accepted.first + Int64(index),
                recordedAt: Timestamp(microseconds: accepted.committedAt)
            )
            stream.apply(item.event, at: place)
            streams[item.stream] = stream
        }
        for (id, stream) in streams {
            handler.cache.store(stream, at: StreamKey(tenant: context.caller.tenant.id, stream: id))
        }
    }

    private func metadata(of item: Decision<C.Answer>.Item) throws -> [UInt8] {
        let caller = context.caller
        let acting = item.onBehalfOf ?? caller.actingUser
        let metadata = Metadata(
            actor: caller.actor,
            onBehalfOf: acting.map(Actor.user) == caller.actor ? nil : acting,
            idempotencyKey: context.idempotencyKey,
            correlation: context.correlation,
            traceparent: context.traceparent
        )
        return try JSONWriter.bytes(of: metadata, nils: .leftOut)
    }

    // MARK: Without events

    /// Makes an answer final that writes nothing: the versions that it rests on are held against the log. If the
    /// client gave a key, the log keeps the answer, or gives the one that it has kept; that look and the guards are
    /// one append.
    private func conclude(_ answer: StoredAnswer<C.Answer>, on loader: borrowing StateLoader) async throws -> Outcome {
        let touched = loader.touched
        let tenant = context.caller.tenant
        guard context.idempotencyKey != nil else {
            let versions = try await loader.moved()
            guard versions.isEmpty else { return .moved(versions, conflict: false) }
            return .done(try final(answer, on: touched))
        }
        let append = AppendCommand(
            tenant: tenant.id,
            key: key.key,
            request: key.requests[0],
            streams: guards(touched),
            events: [],
            seen: observed(touched),
            answer: try answer.bytes()
        )
        switch try await verdict(on: append) {
        case .accepted: return .done(try final(answer, on: touched))
        case .conflict(let versions): return moved(versions, from: touched)
        case .duplicate(_, let last, let answer): return .done(try replay(answer, at: last))
        case .keyReused: throw CommandError.keyReused
        case .refused(let values):
            throw CommandError.failed("the log refused counters that \(C.name) did not move: \(values)")
        }
    }

    private func final(
        _ answer: StoredAnswer<C.Answer>,
        on touched: [UUID: StateLoader.Touch]
    ) throws -> CommandResult<C.Answer> {
        switch answer {
        case .refused(let refusal): throw refusal
        case .ok(let answer):
            CommandResult(
                answer: answer,
                position: observed(touched),
                recordedAt: nil,
                version: command.target.flatMap { touched[$0]?.stream.version },
                replayed: false
            )
        }
    }

    // MARK: What the log says

    private func replay(_ answer: [UInt8]?, at position: Position) throws -> CommandResult<C.Answer> {
        guard let answer else { throw CommandError.failed("an outcome of \(C.name) was kept without its answer") }
        switch try StoredAnswer<C.Answer>(bytes: answer) {
        case .refused(let refusal): throw refusal
        case .ok(let answer):
            return CommandResult(answer: answer, position: position, recordedAt: nil, version: nil, replayed: true)
        }
    }

    /// States behind the log are brought up to date when they are loaded again. One ahead of it was folded from a log
    /// that is no more, such as one before a restore.
    private func moved(_ versions: [UUID: StreamVersion], from touched: [UUID: StateLoader.Touch]) -> Outcome {
        for (id, touch) in touched where touch.stream.version > versions[id] ?? touch.stream.version {
            handler.cache.remove(touch.key)
        }
        return .moved(versions, conflict: true)
    }

    private func guards(_ touched: [UUID: StateLoader.Touch]) -> [StreamTouch] {
        touched.map {
            StreamTouch($0.key, $0.value.stream.version == 0 ? .noStream : .exactly($0.value.stream.version))
        }
    }

    private func observed(_ touched: [UUID: StateLoader.Touch]) -> Position {
        touched.values.map(\.stream.position).max() ?? 0
    }
}
