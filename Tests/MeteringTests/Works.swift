import Commands
import EventStore
import Events
import Foundation
import Metering
import Postgres
import Projections
import Synchronization
import TestSupport

/// A tenant with an owner, a room and a projector, and two processes that watch what it uses.
struct Works: Sendable {
    /// Stands still unless it is set; then it goes on from there.
    final class Clock: Sendable {
        private let time = Mutex<Timestamp?>(nil)

        func now() -> Timestamp { time.withLock { $0 } ?? .now }
        func set(_ now: Timestamp) { time.withLock { $0 = now } }
    }

    let tenant: Tenant
    let handler: CommandHandler
    let reads: ReadModels
    let clock: Clock
    let owner = UserID()
    let room = RoomID()
    private let watchers: [Metering]

    static func run(_ body: (Works) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let progress = PositionWatch()
            let reads = ReadModels(pool: database.pool(as: .gateway), progress: progress)
            let clock = Clock()
            let handlers = (0..<2).map { _ in handler(on: database) }
            let works = Works(
                tenant: try await database.makeTenant(),
                handler: handlers[0],
                reads: reads,
                clock: clock,
                watchers: handlers.map {
                    Metering(
                        commands: $0,
                        reads: reads,
                        pool: database.pool(as: .projector),
                        logger: database.logger,
                        now: clock.now
                    )
                }
            )
            let projector = Projector(
                Projector.Configuration(postgres: database.configuration(as: .projector), partitions: [Partition(0)]),
                log: handlers[0].log,
                codec: handlers[0].codec,
                progress: progress,
                logger: database.logger
            )
            try await works.run(AddUser(user: works.owner, handle: "owner", name: "Owner", role: .owner))
            try await works.run(CreateRoom(room: works.room, kind: .channel, name: "general"), as: works.owner)
            let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
                // It ends by being cancelled.
                group.addTask { try? await projector.run() }
                let result: Result<Void, any Error>
                do {
                    try await body(works)
                    result = .success(())
                } catch { result = .failure(error) }
                group.cancelAll()
                return result
            }
            try result.get()
        }
    }

    private static func handler(on database: TestDatabase) -> CommandHandler {
        let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
        return CommandHandler(log: database.log(), codec: EventCodec(keyring: keyring), logger: database.logger)
    }

    func run<C: Command>(_ command: C, as user: UserID? = nil, at now: Timestamp = .now) async throws {
        let caller = Caller(tenant: tenant, actor: user.map { .user($0) } ?? .system, user: user, now: now)
        _ = try await handler.handle(command, in: CommandContext(caller: caller))
    }

    func limit(_ meter: Meter, soft: Int64?, hard: Int64?) async throws {
        try await run(SetLimit(meter: meter, limit: MeterLimit(hard: hard, soft: soft), source: .plan))
    }

    func post(_ count: Int) async throws {
        for number in 0..<count {
            try await run(PostMessage(message: MessageID(), room: room, body: "\(number)"), as: owner)
        }
    }

    /// The code with which closing a month is refused; nil if it is not.
    func close(_ month: Month, at now: Timestamp) async throws -> String? {
        do {
            try await run(ClosePeriod(month: month, quantities: []), at: now)
            return nil
        } catch CommandError.refused(let refusal) { return refusal.code }
    }

    /// Both processes look at the same time, twice, at everything that is in the log by now.
    func look() async throws {
        try await settled()
        for _ in 0..<2 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for watcher in watchers { group.addTask { try await watcher.step() } }
                try await group.waitForAll()
            }
        }
        try await settled()
    }

    private func settled() async throws {
        let head = try await handler.log.currentHeads()[tenant.partition] ?? 0
        while try await !reads.wait(for: tenant, past: head, timeout: .seconds(20)) {}
    }

    /// What the tenant was told, in its order.
    func told() async throws -> [UsageEvent] {
        var events: [UsageEvent] = []
        for raw in try await handler.log.read(stream: UsageID(of: tenant).uuid, of: tenant, after: 0) {
            events.append(try await handler.codec.decode(raw, as: UsageEvent.self))
        }
        return events
    }
}
