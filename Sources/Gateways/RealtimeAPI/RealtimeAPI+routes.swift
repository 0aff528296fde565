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
    package func addRoutes(to router: Router<DaybookRequestContext>) {
        let routes = router.group("/realtime/queues").add(middleware: BearerAuth(sessions: sessions))
        let registration = StrictJSON(RegistrationBody.self)
        routes.post { request, context in
            _ = try Query(of: request, known: [])
            let body = try registration.decode(try await request.jsonBody(upTo: 256 << 10))
            return try await self.register(body, by: context.session, logger: context.logger)
        }
        routes.get { request, context in
            _ = try Query(of: request, known: [])
            return try await self.list(for: context.session)
        }
        routes.get("{queue}/events") { request, context in
            try await self.poll(try await self.pollRequest(request, context), logger: context.logger)
        }
        routes.delete("{queue}") { request, context in
            let queue = try await self.queue(context)
            try await self.registry.delete(queue)
            self.hub.end(queue: queue.id)
            await self.tellDeleted(queue, context.logger)
            return Response(status: .noContent)
        }
    }

    /// Has the other gateways forget a queue that is deleted.
    func tellDeleted(_ queue: Queue, _ logger: Logger) async {
        do { try await hot.tell(.init(.deleted, queue.id, gateway: gateway)) } catch {
            // They forget it when they hear of Redis again.
            logger.warning("The other gateways do not hear that a queue is deleted", metadata: ["error": "\(error)"])
        }
    }

    /// The caller's queue in the path: 404 for anybody else's, 410 for one that is gone.
    private func queue(_ context: DaybookRequestContext) async throws -> Queue {
        guard let id = context.parameters.get("queue").flatMap({ Queue.id($0) }),
            let queue = try await registry.find(id, in: context.session.tenant), queue.user == context.session.user
        else { throw Problem.queueNotFound }
        guard !queue.isDeleted else { throw Problem.queueGone }
        return queue
    }

    private func pollRequest(_ request: Request, _ context: DaybookRequestContext) async throws -> PollRequest {
        let query = try Query(of: request, known: ["cursor", "timeout_s", "limit", "min_position"])
        let queue = try await queue(context)
        guard let cursor = query["cursor"].flatMap({ seal.open($0, of: queue.owner) }), cursor.queue == queue.id else {
            throw Problem.badCursor
        }
        let token = request.headers[.daybookMinPosition] ?? query["min_position"]
        return PollRequest(
            queue: queue,
            session: context.session,
            channel: context.channel,
            cursor: cursor,
            timeout: .seconds(
                try query.integer("timeout_s", in: 0...300, or: Int(configuration.heartbeat.components.seconds))
            ),
            limit: try query.integer("limit", in: 1...Self.maxBatch, or: 200),
            minPosition: try token.map { try positions.open($0, of: context.session.tenant) }
        )
    }

    private struct ListedQueue: Encodable, Sendable {
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

    private struct QueueList: Encodable, Sendable {
        let items: [ListedQueue]
        let nextCursor: String? = nil
        let prevCursor: String? = nil

        private enum CodingKeys: String, CodingKey {
            case items
            case nextCursor = "next_cursor"
            case prevCursor = "prev_cursor"
        }
    }

    /// The caller's live queues, which are few, and how far each is behind.
    private func list(for session: Session) async throws -> Response {
        let queues = try await registry.queues(of: session.user, in: session.tenant)
        var items: [ListedQueue] = []
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
                ListedQueue(
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
        return .json(JSONWriter.write(QueueList(items: items)))
    }
}
