internal import EventStore
internal import Events
internal import Foundation
package import GatewayHTTP
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import NIOCore
internal import Projections
internal import Redis
internal import Sessions

extension RealtimeAPI {
    package static let surface = Surface(
        at: "/realtime",
        title: "Daybook realtime API",
        summary:
            "Register a queue, then poll it: every subscriber is told everything that its user may see, once, in order."
    )

    /// - Parameter cells: by their names.
    package static func addRoutes(of cells: [String: RealtimeAPI], to router: Router<DaybookRequestContext>) {
        let parts = cells.mapValues { cell in
            Routes.Part(
                cell.endpoints,
                by: Routes(
                    sessions: cell.sessions,
                    cookies: cell.configuration.cookies,
                    limits: cell.configuration.limits
                )
            )
        }
        Routes.add(parts, of: surface, to: router)
    }

    /// The whole surface.
    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/realtime/queues",
                "Registers a queue, and tells what is there to begin with",
                as: .plain,
                body: QueueRegistration.self,
                bodyLimit: 256 << 10,
                status: .created,
                problems: [
                    .badCursor, .queueNotFound, .queueGone, .tooManyQueues(configuration.queueLimit), .registerBusy,
                    .draining, .invalid("", ""),
                ],
                limit: .register
            ) { call, body in
                Reply(try await self.register(body, by: call.session))
            },
            Endpoint(
                .get,
                "/realtime/queues",
                "The caller's queues, and how far each is behind",
                as: .plain,
                limit: .read
            ) { call in
                Reply(try await self.list(for: call.session))
            },
            Endpoint(
                .get,
                "/realtime/queues/{queue}/events",
                "What came after the cursor; if nothing did, what comes until the time is up",
                as: .plain,
                query: [.queueCursor, .timeout, .batchLimit, .minPosition],
                problems: [.badCursor, .badPosition, .queueGone, .superseded, .queueBehind],
                limit: .poll
            ) { call in
                Reply(try await self.poll(try await self.pollRequest(call), logger: call.context.logger))
            },
            Endpoint(
                .delete,
                "/realtime/queues/{queue}",
                "Ends a queue",
                as: .plain,
                problems: [.queueGone],
                limit: .write
            ) { call in
                let queue = try await self.queue(call)
                try await self.registry.delete(queue)
                self.hub.end(queue: queue.id, of: queue.owner)
                await self.tellDeleted(queue, call.context.logger)
                return Reply()
            },
        ]
    }

    /// Has the other gateways forget a queue that is deleted.
    func tellDeleted(_ queue: Queue, _ logger: Logger) async {
        do { try await hot.tell(.init(.deleted, queue.id, of: queue.owner, gateway: gateway)) } catch {
            // They forget it when they hear of Redis again.
            logger.warning("The other gateways do not hear that a queue is deleted", metadata: ["error": "\(error)"])
        }
    }

    /// The caller's queue in the path: 404 for anybody else's, 410 for one that is gone.
    private func queue(_ call: Call) async throws -> Queue {
        guard let id = call.context.parameters.get("queue").flatMap({ Queue.id($0) }),
            let queue = try await registry.find(id, in: call.tenant), queue.user == call.user
        else { throw Problem.queueNotFound }
        guard !queue.isDeleted else { throw Problem.queueGone }
        return queue
    }

    private func pollRequest(_ call: Call) async throws -> PollRequest {
        let queue = try await queue(call)
        guard let cursor = call.query[.queueCursor].flatMap({ seal.open($0, of: queue.owner) }),
            cursor.queue == queue.id
        else {
            throw Problem.badCursor
        }
        let token = call.request.headers[.daybookMinPosition] ?? call.query[.minPosition]
        let heartbeat = Int(configuration.heartbeat.components.seconds)
        return PollRequest(
            queue: queue,
            session: call.session,
            channel: call.context.channel,
            cursor: cursor,
            timeout: .seconds(try call.query.integer(.timeout, or: heartbeat)),
            limit: try call.query.integer(.batchLimit, or: 200),
            minPosition: try token.map { try positions.open($0, of: call.tenant) }
        )
    }

    struct QueueView: Codable, EndpointAnswer {
        let id: String
        let client: String?
        let eventTypes: [String]?
        let rooms: [String]?
        let idleTimeoutSeconds: Int64
        let durable: Bool
        let createdAt: Timestamp
        let lastPollAt: Timestamp
        /// Events that wait for its next poll, counted up to 1,000; null where only the log knows.
        let lag: Int?

        private enum CodingKeys: String, CodingKey {
            case id, client
            case eventTypes = "event_types"
            case rooms
            case idleTimeoutSeconds = "idle_timeout_s"
            case durable
            case createdAt = "created_at"
            case lastPollAt = "last_poll_at"
            case lag
        }
    }

    /// The caller's live queues, which are few, and how far each is behind.
    private func list(for session: Session) async throws -> PageAnswer<QueueView> {
        let queues = try await registry.queues(of: session.user, in: session.tenant)
        var items: [QueueView] = []
        let polls: [HotQueues.LastPoll?]
        do {
            polls = try await hot.lastPolls(of: queues)
        } catch {
            guard error.isUnavailable else { throw error }
            polls = queues.map { _ in nil }
        }
        for (queue, poll) in zip(queues, polls) {
            let place = poll?.place ?? .end(of: queue.base)
            let lag: Int?
            do {
                lag = try await hot.count(queue, after: place, limit: 1000)
            } catch {
                guard error.isUnavailable else { throw error }
                lag = nil
            }
            items.append(
                QueueView(
                    id: Queue.name(queue.id),
                    client: queue.client,
                    eventTypes: queue.filter.types?.map(\.rawValue).sorted(),
                    rooms: queue.filter.rooms?.sorted().map { "\($0)" },
                    idleTimeoutSeconds: queue.idleTimeout.components.seconds,
                    durable: queue.durable,
                    createdAt: queue.createdAt,
                    lastPollAt: poll.map {
                        max(Timestamp(microseconds: min($0.until * 1000, Timestamp.now.microseconds)), queue.lastPollAt)
                    }
                        ?? queue.lastPollAt,
                    lag: lag
                )
            )
        }
        return PageAnswer(items: items, nextCursor: nil, prevCursor: nil)
    }
}

extension Parameter {
    fileprivate static let queueCursor = query(
        "cursor",
        .text,
        "How far the client has come: that of the registration or of the last answer.",
        isRequired: true
    )
    fileprivate static let timeout = query(
        "timeout_s",
        .integer(in: 0...300),
        "How long to wait for something to come."
    )
    fileprivate static let batchLimit = query(
        "limit",
        .integer(in: 1...RealtimeAPI.maxBatch),
        "How many events at most; 200 unless told otherwise."
    )
}
