internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Postgres
internal import Projections
internal import Redis
internal import Sessions

/// People, rooms and sessions to measure with, made by the system's own commands.
struct Population: Sendable {
    let tenant: Tenant
    let users: [UserID]
    let tokens: [String]
    let handler: CommandHandler
    let log: EventLog

    /// A tenant with `count` members, each with a session.
    static func make(
        _ name: String,
        count: Int,
        partition: Partition = Partition(0),
        in system: System
    ) async throws -> Population {
        let log = system.log()
        let keys = PostgresPool(system.configuration("daybook_appender"), size: 4, queueLimit: 100_000)
        let codec = EventCodec(keyring: Keyring(masterKey: system.masterKey, pool: keys))
        let handler = CommandHandler(log: log, codec: codec, logger: system.logger)
        let control = ControlPlane(
            .init(
                appender: system.configuration("daybook_appender", "daybook_control"),
                gateway: system.configuration("daybook_gateway", "daybook_control")
            ),
            masterKey: system.masterKey,
            logger: system.logger
        )
        let tenant = try await place(name, in: partition, of: log, by: control)
        let caller = Caller(tenant: tenant, actor: .system, user: nil)
        let members = try await concurrently(count, width: 200) { index in
            let user = UserID()
            let add = AddUser(
                user: user,
                handle: "\(name)-\(index)",
                name: "Member \(index)",
                role: index == 0 ? .owner : .member
            )
            _ = try await handler.handle(add, in: CommandContext(caller: caller))
            let token = try await control.issuer.open(
                tenant: tenant,
                user: user,
                lifetimes: .fixed(.seconds(86400)),
                label: "bench"
            ).token
            return (user, token)
        }
        await control.close()
        return Population(tenant: tenant, users: members.map(\.0), tokens: members.map(\.1), handler: handler, log: log)
    }

    private static func place(
        _ name: String,
        in partition: Partition,
        of log: EventLog,
        by control: ControlPlane
    ) async throws -> Tenant {
        let tenant = TenantID()
        let context = CommandContext(caller: Caller(tenant: .installation, actor: .system, user: nil))
        let found = FoundOrg(org: OrgID(), tenant: tenant, slug: name, name: name)
        _ = try await control.handler.handle(found, in: context)
        let placed = try await log.place(tenant.uuid, in: partition)
        let assign = AssignCell(tenant: tenant, cell: "main", partition: partition)
        _ = try await control.handler.handle(assign, in: context)
        _ = try await control.handler.handle(ActivateTenant(tenant: tenant), in: context)
        return placed
    }

    /// A private room of these members; the first one made it.
    func room(of members: ArraySlice<UserID>) async throws -> RoomID {
        guard let creator = members.first else { preconditionFailure("a room has a creator") }
        let room = RoomID()
        let context = CommandContext(caller: Caller(tenant: tenant, actor: .user(creator), user: creator))
        _ = try await handler.handle(
            CreateRoom(room: room, kind: .private, name: "bench", topic: nil, members: []),
            in: context
        )
        var rest = members.dropFirst()
        while !rest.isEmpty {
            _ = try await handler.handle(AddMembers(room: room, users: Array(rest.prefix(500))), in: context)
            rest = rest.dropFirst(500)
        }
        return room
    }

    /// Waits until the fan-out has passed everything that is in the log now, at most two minutes.
    func isFannedOut(by system: System) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        let head = try await log.currentHeads()[tenant.partition] ?? 0
        let redis = try RedisClient(RedisConfiguration(url: system.settings.redis))
        let key = FanoutKeys.state(tenant.partition)
        while try await redis.send(RedisCommand("HGET", key, "w")).string.flatMap({ Int64($0) }) ?? 0 < head {
            guard deadline > .now else { throw NotThere() }
            try await Task.sleep(for: .milliseconds(100))
        }
        await redis.close()
    }

    func close() async { await log.close() }

    private struct NotThere: Error, CustomStringConvertible {
        let description = "the fan-out does not come to the log's head"
    }
}

/// `body(0)` … `body(count - 1)`, `width` of them at a time; results in order.
func concurrently<T: Sendable>(
    _ count: Int,
    width: Int,
    _ body: @escaping @Sendable (Int) async throws -> T
) async throws -> [T] {
    try await withThrowingTaskGroup(of: (Int, T).self) { group in
        var results = [T?](repeating: nil, count: count)
        var next = 0
        while next < min(width, count) {
            let index = next
            group.addTask { (index, try await body(index)) }
            next += 1
        }
        while let (index, value) = try await group.next() {
            results[index] = value
            if next < count {
                let index = next
                group.addTask { (index, try await body(index)) }
                next += 1
            }
        }
        return results.map { $0! }
    }
}
