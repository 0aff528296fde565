import Commands
import EventStore
import Events
import Foundation
import Postgres
import TestSupport

/// A tenant with an owner and a handler over a database of its own.
struct Desk: Sendable {
    let database: TestDatabase
    let tenant: Tenant
    let handler: CommandHandler
    let owner = UserID()

    static func run(_ body: (Desk) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            let desk = Desk(database: database, tenant: try await database.makeTenant(), handler: handler(on: database))
            try await desk.run(AddUser(user: desk.owner, handle: "owner", name: "Owner", role: .owner))
            try await body(desk)
        }
    }

    /// A handler with a log, a keyring and a cache of its own, as another process would have.
    static func handler(on database: TestDatabase) -> CommandHandler {
        let keyring = Keyring(masterKey: database.masterKey, pool: database.pool(as: .appender))
        return CommandHandler(log: database.log(), codec: EventCodec(keyring: keyring), logger: database.logger)
    }

    func another() -> CommandHandler { Self.handler(on: database) }

    /// As the user, or as the system for nil.
    @discardableResult
    func run<C: Command>(
        _ command: C,
        as user: UserID? = nil,
        key: String? = nil,
        ifMatch: StreamVersion? = nil,
        by handler: CommandHandler? = nil
    ) async throws -> CommandResult<C.Answer> {
        let caller = Caller(tenant: tenant, actor: user.map { .user($0) } ?? .system, user: user)
        let context = CommandContext(caller: caller, idempotencyKey: key, ifMatch: ifMatch)
        return try await (handler ?? self.handler).handle(command, in: context)
    }

    /// The code with which it is refused; nil if it is not.
    func code<C: Command>(
        _ command: C,
        as user: UserID? = nil,
        key: String? = nil,
        ifMatch: StreamVersion? = nil,
        by handler: CommandHandler? = nil
    ) async throws -> String? {
        do {
            try await run(command, as: user, key: key, ifMatch: ifMatch, by: handler)
            return nil
        } catch CommandError.refused(let refusal) {
            return refusal.code
        }
    }

    func addUser(_ handle: String, role: Role = .member) async throws -> UserID {
        let user = UserID()
        try await run(AddUser(user: user, handle: handle, name: handle, role: role))
        return user
    }

    /// A channel of the owner's with these members.
    func makeRoom(_ members: [UserID] = []) async throws -> RoomID {
        let room = RoomID()
        try await run(CreateRoom(room: room, kind: .channel, name: "general", members: members), as: owner)
        return room
    }

    func post(_ body: String = "hello", in room: RoomID, as user: UserID) async throws -> MessageID {
        let message = MessageID()
        try await run(PostMessage(message: message, room: room, body: body), as: user)
        return message
    }

    /// Appends bytes under any type, as a newer or a broken process might, and gives their position.
    func append(_ payload: [UInt8], as type: EventType, to stream: UUID) async throws -> Position {
        let metadata = Array(try JSONEncoder().encode(Metadata(actor: .system)))
        let command = AppendCommand(
            tenant: tenant.id,
            key: UUID.v7().bytes + UUID.v7().bytes,
            request: Array(repeating: 0, count: 32),
            streams: [StreamTouch(stream, .any)],
            events: [NewEvent(stream: stream, type: type, payload: payload, metadata: metadata)]
        )
        guard case .accepted(let accepted) = try await handler.log.append(command, to: tenant.partition) else {
            throw CancellationError()
        }
        return accepted.last
    }

    func events<E: Event>(of stream: StreamID<E>) async throws -> [Recorded] {
        var events: [Recorded] = []
        for raw in try await handler.log.read(stream: stream.uuid, of: tenant, after: 0) {
            events.append(try await handler.codec.decode(raw))
        }
        return events
    }

    func outcomes() async throws -> Int64 {
        try await database.pool().withConnection { connection in
            try connection.execute("SELECT count(*) FROM es.outcomes").decode(Int64.self)[0]
        }
    }
}
