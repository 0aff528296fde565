internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Redis

/// From the log's events to the queues.
extension PartitionFanout {
    /// Brings the events to the queues of those who may see them. The events are projected.
    mutating func fanOut(_ events: [LogEvent], on connection: PostgresConnection) throws {
        var commands = RedisBatch()
        var wake = FanoutWake(partition: partition, watermark: watermark, users: [:])
        let heard = events.filter { isHeard($0) }
        if !heard.isEmpty { try add(heard, to: &commands, &wake, on: connection) }
        // Also past events at the end that are set aside or that nobody hears of.
        if let last = events.last?.raw.position { try show(&commands, through: last, &wake) }
    }

    /// Whether anything has to be done for an event: its tenant has users who are served, or it takes back, or may take back, what
    /// was told to users who are served no more, whose payloads lie in Redis for a while.
    private func isHeard(_ event: LogEvent) -> Bool {
        if users.byTenant[event.raw.tenant] != nil { return true }
        guard case .success(let recorded) = event.decoded else { return true }
        return switch recorded.event {
        case .message(_, .deleted), .room(_, .messagesRangeDeleted), .user(_, .forgotten): true
        case .message, .room, .user, .readState, .handle, .repair, .limits, .usage, .usageReport, .policies, .control:
            false
        }
    }

    private mutating func add(
        _ events: [LogEvent],
        to commands: inout RedisBatch,
        _ wake: inout FanoutWake,
        on connection: PostgresConnection
    ) throws {
        var questions = RealtimeFacts.questions(about: events) + [RealtimeFacts.dropped(events)]
        var answers = try connection.pipeline([WithheldStream.query(of: partition)] + questions.map(\.sql))[...]
        let withheld = try answers.removeFirst().decode(WithheldStream.Row.self).map { WithheldStream($0) }
        // Nearly always nothing is, which one look at the partition tells.
        if !withheld.isEmpty {
            questions = RealtimeFacts.everything(about: events)
            answers = try connection.pipeline(questions.map(\.sql))[...]
        }
        let facts = try RealtimeFacts(questions, answers)
        let recorded = try facts.readable(events)
        try refreshStandings(recorded, on: connection)
        withheldUsers = Set(withheld.map { QueueOwner($0.tenant, UserID($0.stream)) })
        // What happens to the members of a room that is set aside does not pass by here.
        for stream in withheld { audiences.forget(.init(stream.tenant, RoomID(stream.stream))) }
        let news = withheld.filter { stream in events.contains { $0.raw.position == stream.position } }
        var blanks = try Blanks(
            of: recorded,
            withholding: news,
            in: partition,
            queries,
            lifetime: configuration.payloadLifetime,
            on: connection,
            renew: { [lease] in try lease.renew(on: connection) }
        )

        for stream in news {
            blanks.append(at: stream.position, of: partition, to: &commands, &wake)
            revoke(.all, from: QueueOwner(stream.tenant, UserID(stream.stream)), at: stream.position, &commands)
        }
        for event in recorded {
            blanks.append(at: event.position, of: partition, to: &commands, &wake)
            // Audiences are kept right only while they are asked for: nothing must be told by one that is not.
            guard users.byTenant[event.raw.tenant] != nil else { continue }
            follow(event, &commands)
            for told in RealtimeDerivation.events(of: event, knowing: facts) {
                try add(told, of: event.raw.tenant, to: &commands, &wake, on: connection)
            }
            if hidden + commands.count >= configuration.commandLimit {
                try show(&commands, through: event.position, &wake)
                // A step may take longer than its lease; its successor must not begin it anew.
                try writeCheckpointIfDue(on: connection)
            }
        }
    }

    /// Standings of served users of whom the batch says something; they hold positions, so they are right for all of it.
    private func refreshStandings(_ recorded: [Recorded], on connection: PostgresConnection) throws {
        var changed: Set<QueueOwner> = []
        for event in recorded {
            let user: UserID? =
                switch event.event {
                case .user(let id, _): id
                case .repair(_, let repair): UserID(repair.parked)
                case .room, .message, .readState, .handle, .limits, .usage, .usageReport, .policies, .control: nil
                }
            guard let user, users[QueueOwner(event.raw.tenant, user)] != nil else { continue }
            changed.insert(QueueOwner(event.raw.tenant, user))
        }
        let standings = try ServedUsers.standings(of: Array(changed), on: connection)
        for owner in changed { users[owner]?.standings = standings[owner] ?? [] }
    }

    /// Keeps audiences up to date, and writes down who loses access to what.
    private mutating func follow(_ event: Recorded, _ commands: inout RedisBatch) {
        let tenant = event.raw.tenant
        switch event.event {
        case .room(let room, .memberAdded(let user, _)): audiences.added(user, to: .init(tenant, room))
        case .room(let room, .memberRemoved(let user)):
            audiences.removed(user, from: .init(tenant, room))
            revoke(.room(room), from: QueueOwner(tenant, user), at: event.position, &commands)
        case .user(let user, .deactivated), .user(let user, .roleChanged(.auditor)):
            // Whoever saw nothing before has nothing to lose but the word of it.
            let owner = QueueOwner(tenant, user)
            guard users[owner]?.standings.at(event.position - 1) != nil else { return }
            revoke(.all, from: owner, at: event.position, &commands)
        case .user(let user, .roleChanged(let role)) where role == .guest || role == .member:
            let owner = QueueOwner(tenant, user)
            if role == .guest { revoke(.channels, from: owner, at: event.position, &commands) }
            if users[owner]?.standings.at(event.position - 1)?.administrator == true {
                revoke(.administration, from: owner, at: event.position, &commands)
            }
        case .repair(_, let repair):
            // It may be a room's stream or a user's: what was made of either is not what it is now. Whoever can see it loads it
            // afresh, so nothing of before need be shown.
            let room = RoomID(repair.parked)
            audiences.forget(.init(tenant, room))
            for user in users.byTenant[tenant] ?? [] {
                revoke(.room(room), from: user.owner, at: event.position, &commands)
            }
        case .room, .user, .message, .readState, .handle, .limits, .usage, .usageReport, .policies, .control: break
        }
    }

    private func revoke(
        _ scope: FanoutFences.Scope,
        from owner: QueueOwner,
        at position: Position,
        _ commands: inout RedisBatch
    ) {
        guard let user = users[owner], user.fences.revocations[scope, default: 0] < position else { return }
        user.fences.revocations[scope] = position
        commands.append("HSET", user.fencesKey, scope.field, position)
    }

    private mutating func add(
        _ event: RealtimeEvent,
        of tenant: UUID,
        to commands: inout RedisBatch,
        _ wake: inout FanoutWake,
        on connection: PostgresConnection
    ) throws {
        let position = event.place.position
        let recipients = try recipients(of: event, in: tenant, on: connection)
        guard !recipients.isEmpty else { return }
        commands.append(
            "SET",
            FanoutKeys.payload(event.place, partition),
            event.payload.stored,
            "EX",
            Int(configuration.payloadLifetime / .seconds(1))
        )
        let id = Array("\(position)-\(event.place.index)".utf8)
        let field = Array("e".utf8)
        for (right, users) in recipients {
            let value = FanoutEntry.value(event.type, right, event.room)
            for user in users {
                commands.append("XADD", user.queueKey, id, field, value)
                // Once a wake, however many entries it stands for.
                if user.toldInWake != wakes {
                    user.toldInWake = wakes
                    wake.add(user.owner)
                }
                if let floor = user.add(at: position) { trim(user, to: floor, &commands) }
                // A room may have more members than one step should hold; what is written is not visible yet.
                if commands.count >= configuration.commandLimit {
                    try store.commit(commands)
                    hidden += commands.count
                    commands.removeAll()
                }
            }
        }
    }

    /// Raises the floor before the entries below it go.
    private func trim(_ user: ServedUser, to floor: Position, _ commands: inout RedisBatch) {
        let passed = user.raise(to: floor)
        commands.append("HSET", user.fencesKey, "f", floor)
        for scope in passed { commands.append("HDEL", user.fencesKey, scope.field) }
        commands.append("XTRIM", user.queueKey, "MINID", "\(floor + 1)-0")
    }

    /// The served users who may see the event as of its position, by what lets them.
    private mutating func recipients(
        of event: RealtimeEvent,
        in tenant: UUID,
        on connection: PostgresConnection
    ) throws -> [(FanoutEntry.Right, [ServedUser])] {
        let position = event.place.position
        func present(_ users: [ServedUser]) -> [ServedUser] {
            users.filter { $0.standings.at(position) != nil && !withheldUsers.contains($0.owner) }
        }
        /// Told of their own loss, which ends their standing.
        func ended(_ former: UserID) -> [ServedUser] {
            [users[QueueOwner(tenant, former)]].compactMap(\.self).filter {
                $0.standings.at(position - 1) != nil && !withheldUsers.contains($0.owner)
            }
        }
        func members(_ room: RoomID) throws -> [ServedUser] {
            present(try audiences.served(.init(tenant, room), at: position, among: users, on: connection))
        }
        let groups: [(FanoutEntry.Right, [ServedUser])]
        switch event.audience {
        case .tenant: groups = [(.any, present(users.byTenant[tenant] ?? []))]
        case .administrators:
            let present = present(users.byTenant[tenant] ?? [])
            groups = [(.administrator, present.filter { $0.standings.at(position)?.administrator == true })]
        case .tenantAndFormer(let former):
            let others = present(users.byTenant[tenant] ?? []).filter { $0.owner.id != former }
            groups = [(.any, others + ended(former))]
        case .user(let id):
            groups = [(event.room == nil ? .any : .member, present(users[QueueOwner(tenant, id)].map { [$0] } ?? []))]
        case .members(let room): groups = [(.member, try members(room))]
        case .membersAndFormer(let room, let former):
            let others = try members(room).filter { $0.owner.id != former }
            groups = [(.member, others + present(users[QueueOwner(tenant, former)].map { [$0] } ?? []))]
        case .channel(let room):
            let guests = try members(room).filter { $0.standings.at(position)?.guest == true }
            let others = present(users.byTenant[tenant] ?? []).filter { $0.standings.at(position)?.guest == false }
            groups = [(.member, guests), (.channels, others)]
        }
        return groups.filter { !$0.1.isEmpty }
    }
}
