import Commands
import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Postgres
import Projections
import Redis
import Sessions
import Synchronization
import TestSupport

@testable import RealtimeAPI

/// The whole way from a command to a poll in one process: log, projector, fan-out, Redis, realtime API.
struct Stage: Sendable {
    let database: TestDatabase
    let redis: RedisConfiguration
    let tenant: Tenant
    let log: EventLog
    let codec: EventCodec
    let commands: CommandHandler
    let reads: ReadModels
    let control: TestControl
    private(set) var api: RealtimeAPI
    private(set) var client: any TestClientProtocol

    struct Options: Sendable {
        var fanout: @Sendable (inout Fanout.Configuration) -> Void = { _ in }
        var api: @Sendable (inout RealtimeAPI.Configuration) -> Void = { _ in }
        /// Where the API looks for Redis, if not where the fan-out writes.
        var apiRedis: String?
        var runsFanout = true
        /// Over sockets instead of straight into the router.
        var isLive = false
    }

    static func run(
        _ options: Options = Options(),
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        try await TestRedis.lend { redis in
            try await TestDatabase.run { database in
                try await start(options, database, redis, body)
            }
        }
    }

    private static func start(
        _ options: Options,
        _ database: TestDatabase,
        _ redis: RedisConfiguration,
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let tenant = try await database.makeTenant()
        let log = database.log(reader: .gateway)
        let codec = EventCodec(keyring: Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender)))
        let progress = PositionWatch()
        let reads = ReadModels(pool: database.pool(as: .gateway, size: 2), progress: progress)
        let control = try await database.control()
        let sessions = control.plane.sessions
        var configuration = RealtimeAPI.Configuration(
            redis: try options.apiRedis.map { try RedisConfiguration(url: $0) } ?? redis,
            cookies: SessionCookies(origin: "http://127.0.0.1"),
            limits: nil
        )
        options.api(&configuration)
        let api = RealtimeAPI(
            configuration,
            log: log,
            codec: codec,
            reads: reads,
            sessions: sessions,
            positions: PositionTokens(masterKey: database.masterKey),
            masterKey: database.masterKey,
            logger: database.logger
        )
        let router = Router<DaybookRequestContext>.daybook()
        RealtimeAPI.addRoutes(of: ["main": api], to: router)

        let projected = ProjectedEvents()
        let projector = Projector(
            .init(postgres: database.configuration(as: .projector), partitions: [tenant.partition]),
            log: log,
            codec: codec,
            progress: progress,
            handingTo: projected,
            logger: database.logger
        )
        var fanoutConfiguration = Fanout.Configuration(
            postgres: database.configuration(as: .projector),
            redis: redis,
            partitions: [tenant.partition]
        )
        options.fanout(&fanoutConfiguration)
        let fanout = Fanout(
            fanoutConfiguration,
            log: log,
            codec: codec,
            progress: progress,
            takingFrom: projected,
            logger: database.logger
        )

        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await projector.run() }
            if options.runsFanout { group.addTask { try? await fanout.run() } }
            group.addTask { await sessions.run() }
            for service in api.services { group.addTask { try? await service.run() } }
            let result: Result<Void, any Error>
            do {
                let application = Application(
                    router: router,
                    server: .http1(configuration: .init(additionalChannelHandlers: [CloseOnEOF()])),
                    configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                    logger: database.logger
                )
                try await application.test(options.isLive ? .live : .router) { client in
                    try await body(
                        Stage(
                            database: database,
                            redis: redis,
                            tenant: tenant,
                            log: log,
                            codec: codec,
                            commands: CommandHandler(log: log, codec: codec, logger: database.logger),
                            reads: reads,
                            control: control,
                            api: api,
                            client: client
                        )
                    )
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            return result
        }
        await api.close()
        try result.get()
    }

    /// Another process of the realtime API, which shares nothing with the first but the stores.
    func atAnotherGateway(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
        let other = RealtimeAPI(
            .init(redis: redis, cookies: SessionCookies(origin: "http://127.0.0.1"), limits: nil),
            log: log,
            codec: codec,
            reads: reads,
            sessions: control.plane.sessions,
            positions: PositionTokens(masterKey: database.masterKey),
            masterKey: database.masterKey,
            logger: database.logger
        )
        let router = Router<DaybookRequestContext>.daybook()
        RealtimeAPI.addRoutes(of: ["main": other], to: router)
        try await Application(router: router, logger: database.logger).test(.router) { client in
            var stage = self
            (stage.api, stage.client) = (other, client)
            try await body(stage)
        }
        await other.close()
    }

    // MARK: What happens

    @discardableResult
    func perform<C: Command>(
        _ command: C,
        by user: UserID? = nil,
        key: String? = nil,
        in tenant: Tenant? = nil
    ) async throws -> Position {
        let caller = Caller(tenant: tenant ?? self.tenant, actor: user.map { .user($0) } ?? .system, user: user)
        return try await commands.handle(command, in: CommandContext(caller: caller, idempotencyKey: key)).position
    }

    func user(
        _ handle: String,
        _ role: Role = .member,
        id: UserID = UserID(),
        in tenant: Tenant? = nil
    ) async throws -> UserID {
        try await perform(AddUser(user: id, handle: handle, name: handle.capitalized, role: role), in: tenant)
        return id
    }

    /// A room that the first of them opens.
    func room(
        _ kind: RoomEvent.Kind = .private,
        id: RoomID = RoomID(),
        named name: String = "general",
        members: [UserID],
        in tenant: Tenant? = nil
    ) async throws -> RoomID {
        try await perform(
            CreateRoom(room: id, kind: kind, name: name, members: Array(members.dropFirst())),
            by: members[0],
            in: tenant
        )
        return id
    }

    @discardableResult
    func post(
        _ body: String,
        in room: RoomID,
        by user: UserID,
        key: String? = nil,
        tenant: Tenant? = nil
    ) async throws -> MessageID {
        let message = MessageID()
        try await perform(PostMessage(message: message, room: room, body: body), by: user, key: key, in: tenant)
        return message
    }

    /// A client of the user with a queue, which begins after all that has happened.
    func subscriber(_ user: UserID, _ registration: JSON = [:]) async throws -> Subscriber {
        try await settled()
        var subscriber = try await Subscriber(user, on: self)
        try await subscriber.register(registration)
        return subscriber
    }

    /// Waits until everything that is in the log now is in the read models.
    @discardableResult
    func settled() async throws -> Position {
        let head = try await log.currentHeads()[tenant.partition] ?? 0
        guard try await reads.wait(for: tenant, past: head, timeout: .seconds(20)) else {
            throw StageError("the projector is behind")
        }
        return head
    }

    /// Waits until everything that is in the log now is in the queues.
    func fannedOut() async throws {
        let head = try await settled()
        let redis = RedisClient(redis)
        try await eventually {
            try await redis.send(RedisCommand("HGET", FanoutKeys.state(tenant.partition), "w")).int ?? -1 >= head
        }
        await redis.close()
    }

    // MARK: The contract

    /// The contract, as anybody can read it.
    func contract() async throws -> ContractReader {
        if let known = Self.known.withLock({ $0 }) { return known }
        let document = try await client.execute(uri: "/realtime/openapi.json", method: .get) { response in
            try JSON(response.body.readableBytesView)
        }
        let contract = ContractReader(document)
        Self.known.withLock { $0 = contract }
        return contract
    }

    /// Read once for all tests: it is the same for each.
    private static let known = Mutex<ContractReader?>(nil)

    // MARK: Redis

    func redis(_ name: String, _ arguments: String...) async throws -> RedisValue {
        let client = RedisClient(redis)
        let value = try await client.send(RedisCommand(name, arguments: arguments))
        await client.close()
        return value
    }
}

struct StageError: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

/// Tries until it is so, for at most ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard deadline > .now else { throw StageError("it did not come to be in ten seconds") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
