internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Projections
internal import Sessions

/// The body of `POST /realtime/queues`.
struct RegistrationBody: Decodable, Sendable {
    struct Client: Decodable, Sendable {
        let name: String
        let version: String?
    }

    let eventTypes: [String]?
    let rooms: [String]?
    let initialState: [String]?
    let client: Client?
    let idleTimeoutSeconds: Int?
    let durable: Bool?
    let cursor: String?

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
struct RegistrationAnswer: Encodable, Sendable {
    struct Limits: Encodable, Sendable {
        let maxBodyBytes = 64 << 10
        let maxQueues: Int
        let maxRefill: UInt32
        let maxTimeoutSeconds = 300

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
}

extension RealtimeAPI {
    func register(_ body: RegistrationBody, by session: Session, logger: Logger) async throws -> Response {
        guard !hub.isDraining else {
            throw Problem.unavailable("draining", "this process is about to end; register again")
        }
        let (tenant, user) = (session.tenant, session.user)
        let owner = QueueOwner(tenant.id, user)
        let idle = body.idleTimeoutSeconds ?? 43_200
        guard (60...1_209_600).contains(idle) else {
            throw Problem.invalid("/idle_timeout_s", "must be from 60 to 1209600 seconds")
        }
        guard (body.client?.name.utf8.count ?? 0) + (body.client?.version?.utf8.count ?? 0) <= 200 else {
            throw Problem.invalid("/client", "must be at most 200 bytes")
        }
        guard (body.rooms?.count ?? 0) <= 1000 else { throw Problem.invalid("/rooms", "must be at most 1000 rooms") }
        var ignored: [String] = []
        let filter = QueueFilter(types: types(body.eventTypes, &ignored), rooms: try rooms(body.rooms))
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
            throw Problem(.conflict, "too_many_queues", "the user has \(configuration.queueLimit) queues; delete some")
        }
        let cursor = Cursor(queue: queue.id, place: place, count: 0, refilled: 0)
        let answer = RegistrationAnswer(
            queueID: Queue.name(queue.id),
            cursor: seal.seal(cursor, of: owner),
            state: parts.isEmpty ? nil : snapshot,
            heartbeatSeconds: Int(configuration.heartbeat.components.seconds),
            longpollTimeoutSeconds: Int(configuration.heartbeat.components.seconds) + 40,
            maxBatch: Self.maxBatch,
            limits: .init(maxQueues: configuration.queueLimit, maxRefill: configuration.refillLimit),
            ignored: ignored
        )
        return .json(JSONWriter.write(answer, capacity: 16_384), status: .created)
    }

    private func types(_ names: [String]?, _ ignored: inout [String]) -> Set<RealtimeType>? {
        guard let names else { return nil }
        ignored += names.filter { RealtimeType(rawValue: $0) == nil }
        return Set(names.compactMap { RealtimeType(rawValue: $0) })
    }

    private func rooms(_ names: [String]?) throws(Problem) -> Set<RoomID>? {
        guard let names else { return nil }
        var rooms: Set<RoomID> = []
        for (index, name) in names.enumerated() {
            guard let room = RoomID(name) else { throw .invalid("/rooms/\(index)", "is no room's identifier") }
            rooms.insert(room)
        }
        return rooms
    }

    /// All that there are, unless some are chosen; none for a client that continues an older queue and so has its state.
    private func parts(_ body: RegistrationBody, _ ignored: inout [String]) -> Set<SnapshotPart> {
        guard let names = body.initialState else { return body.cursor == nil ? Set(SnapshotPart.allCases) : [] }
        // The limits are always in the answer.
        ignored += names.filter { SnapshotPart(rawValue: $0) == nil && $0 != "limits" }
        return Set(names.compactMap { SnapshotPart(rawValue: $0) })
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

extension Problem {
    static func invalid(_ pointer: String, _ reason: String) -> Problem {
        Problem(.unprocessableContent, "value.invalid", "a value breaks a rule", errors: [.init(pointer, reason)])
    }
}
