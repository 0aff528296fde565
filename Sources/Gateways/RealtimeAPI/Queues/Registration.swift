internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import NIOCore
internal import Projections
internal import Sessions

/// The body of `POST /realtime/queues`.
struct QueueRegistration: Decodable, Sendable, NotedFields {
    struct Client: Decodable, Sendable {
        let name: String
        let version: String?
    }

    let eventTypes: [String]?
    let rooms: [EdgeID<RoomEvent>]?
    let initialState: [String]?
    let client: Client?
    let idleTimeoutSeconds: Int?
    let durable: Bool?
    let cursor: String?

    static let idleTimeouts = 60...1_209_600
    static let roomLimit = 1000

    static let notes: [String: JSONShape.Note] = [
        "event_types": .about("Only events of these types; all unless some are named."),
        "rooms": .bounds(0...roomLimit, "Of events that belong to rooms, only those of these."),
        "initial_state": .about(
            "What to begin with, of: " + SnapshotPart.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ") + "."
        ),
        "client": .about("Who registers, in 200 bytes."),
        "idle_timeout_s": .bounds(
            idleTimeouts,
            "After so long without a poll the queue goes; 12 hours unless told otherwise."
        ),
        "durable": .about("Whether it stays however long nobody polls."),
        "cursor": .about("Of an older queue of the same user, where this one is to go on."),
    ]

    private enum CodingKeys: String, CodingKey {
        case eventTypes = "event_types"
        case rooms
        case initialState = "initial_state"
        case client
        case idleTimeoutSeconds = "idle_timeout_s"
        case durable, cursor
    }
}

/// The answer to it.
struct RegisteredQueue: Encodable, EndpointAnswer {
    struct Limits: Codable, Sendable {
        var maxBodyBytes = 64 << 10
        let maxQueues: Int
        let maxRefill: UInt32
        var maxTimeoutSeconds = 300

        private enum CodingKeys: String, CodingKey {
            case maxBodyBytes = "max_body_bytes"
            case maxQueues = "max_queues"
            case maxRefill = "max_refill"
            case maxTimeoutSeconds = "max_timeout_s"
        }
    }

    let queueID: String
    let cursor: String
    let state: Snapshot?
    /// How long a poll is held when it does not say.
    let heartbeatSeconds: Int
    /// After this long without an answer the connection is dead.
    let longpollTimeoutSeconds: Int
    let maxBatch: Int
    let limits: Limits
    /// What was asked for and is not known here.
    let ignored: [String]

    private enum CodingKeys: String, CodingKey {
        case queueID = "queue_id"
        case cursor, state
        case heartbeatSeconds = "heartbeat_s"
        case longpollTimeoutSeconds = "longpoll_timeout_s"
        case maxBatch = "max_batch"
        case limits, ignored
    }

    static var answerShape: JSONShape? {
        .named(
            "RegisteredQueue",
            .object([
                .init("queue_id", .identifier("queue")), .init("cursor", .text), .init("state", .nullable(.snapshot)),
                .init("heartbeat_s", .integer), .init("longpoll_timeout_s", .integer), .init("max_batch", .integer),
                .init("limits", .answer(Limits.self)), .init("ignored", .array(.text)),
            ])
        )
    }

    func written() -> ByteBuffer? { JSONWriter.write(self, capacity: 16_384) }
}

extension RealtimeAPI {
    func register(_ body: QueueRegistration, by session: Session) async throws -> RegisteredQueue {
        guard !hub.isDraining else { throw Problem.draining }
        let (tenant, user) = (session.tenant, session.user)
        let owner = QueueOwner(tenant.id, user)
        let idle = body.idleTimeoutSeconds ?? 43_200
        guard QueueRegistration.idleTimeouts.contains(idle) else {
            throw Problem.invalid("/idle_timeout_s", "must be from 60 to 1209600 seconds")
        }
        guard (body.client?.name.utf8.count ?? 0) + (body.client?.version?.utf8.count ?? 0) <= 200 else {
            throw Problem.invalid("/client", "must be at most 200 bytes")
        }
        guard (body.rooms?.count ?? 0) <= QueueRegistration.roomLimit else {
            throw Problem.invalid("/rooms", "must be at most 1000 rooms")
        }
        var ignored: [String] = []
        let filter = QueueFilter(types: types(body.eventTypes, &ignored), rooms: body.rooms.map { Set($0.map(\.id)) })
        let parts = parts(body, &ignored)
        let earlier = try await continued(body.cursor, owner: owner, tenant: tenant)

        // So that the fan-out keeps the queue from before the snapshot on. Without Redis the log answers, and the fan-out finds
        // the queue in its table.
        try? await hot.noteInterest(owner, in: tenant.partition)
        let snapshot = try await admission.enter {
            earlier == nil || !parts.isEmpty ? try await reads.snapshot(of: parts, for: user, in: tenant) : nil
        }
        // A state that is asked for anew holds what lies between.
        let place = snapshot.map { .end(of: $0.position) } ?? earlier?.place ?? .end(of: 0)
        let queue = Queue(
            id: .v7(),
            tenant: tenant,
            user: user,
            filter: filter,
            base: place.position,
            idleTimeout: .seconds(idle),
            durable: body.durable ?? false,
            client: body.client.map { client in [client.name, client.version].compactMap(\.self).joined(separator: " ")
            },
            createdAt: .now,
            lastPollAt: .now,
            isDeleted: false
        )
        guard try await registry.insert(queue, limit: configuration.queueLimit) else {
            throw Problem.tooManyQueues(configuration.queueLimit)
        }
        let cursor = Cursor(queue: queue.id, place: place, count: 0, refilled: 0)
        return RegisteredQueue(
            queueID: Queue.name(queue.id),
            cursor: seal.seal(cursor, of: owner),
            state: parts.isEmpty ? nil : snapshot,
            heartbeatSeconds: Int(configuration.heartbeat.components.seconds),
            longpollTimeoutSeconds: Int(configuration.heartbeat.components.seconds) + 40,
            maxBatch: Self.maxBatch,
            limits: .init(maxQueues: configuration.queueLimit, maxRefill: configuration.refillLimit),
            ignored: ignored
        )
    }

    private func types(_ names: [String]?, _ ignored: inout [String]) -> Set<RealtimeType>? {
        guard let names else { return nil }
        return Set(names.compactMap { known($0, &ignored) { RealtimeType(rawValue: $0) } })
    }

    /// All that there are, unless some are chosen; none for a client that continues an older queue and so has its state.
    private func parts(_ body: QueueRegistration, _ ignored: inout [String]) -> Set<SnapshotPart> {
        guard let names = body.initialState else { return body.cursor == nil ? Set(SnapshotPart.allCases) : [] }
        // The limits are always in the answer.
        let parts = names.filter { !$0.utf8.elementsEqual("limits".utf8) }
        return Set(parts.compactMap { known($0, &ignored) { SnapshotPart(rawValue: $0) } })
    }

    /// What a name means; one that means nothing here goes to the ignored ones. Long ones are not even compared.
    private func known<Value>(_ name: String, _ ignored: inout [String], _ value: (String) -> Value?) -> Value? {
        if name.utf8.count <= 64, let value = value(name) { return value }
        ignored.append(name)
        return nil
    }

    /// The place of an older queue of the same user, which must not be gone.
    private func continued(_ text: String?, owner: QueueOwner, tenant: Tenant) async throws -> Cursor? {
        guard let text else { return nil }
        guard let cursor = seal.open(text, of: owner) else { throw Problem.badCursor }
        guard let queue = try await registry.find(cursor.queue, in: tenant), queue.user == owner.id else {
            throw Problem.queueNotFound
        }
        guard !queue.isDeleted else { throw Problem.queueGone }
        return cursor
    }
}

extension JSONShape {
    /// What a subscriber begins with; parts that were not asked for are null.
    fileprivate static var snapshot: JSONShape {
        let room = JSONShape.answer(RoomView.self).adding([
            .init("members", .nullable(.array(.answer(MemberView.self))))
        ]) { $0 + "WithMembers" }
        return .named(
            "State",
            .object([
                .init("me", .nullable(.answer(UserView.self))),
                .init("users", .nullable(.array(.answer(UserView.self)))),
                .init("rooms", .nullable(.array(room))), .init("unread", .nullable(.array(.answer(UnreadView.self)))),
            ])
        )
    }
}

extension Problem {
    static let draining = Problem.unavailable("draining", "this process is about to end; register again")

    static func tooManyQueues(_ limit: Int) -> Problem {
        Problem(.conflict, "too_many_queues", "the user has \(limit) queues; delete some")
    }

    static func invalid(_ pointer: String, _ reason: String) -> Problem {
        Problem(.unprocessableContent, "value.invalid", "a value breaks a rule", errors: [.init(pointer, reason)])
    }
}
