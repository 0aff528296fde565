internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var readingEndpoints: [Endpoint] {
        [
            Endpoint(
                .put,
                "/api/rooms/{room}/read-marker",
                "Says how far the caller has read a room",
                body: ReadMarker.self
            ) { call, body in
                let command = MoveReadMarker(room: try call.id("room"), message: body.messageID.id)
                return Reply(position: try await run(command, for: call).position)
            },
            Endpoint(.get, "/api/unread", "What the caller has not read, by room") { call in
                let unread = try await reads.unread(for: call.user, in: call.tenant)
                return Reply(PageAnswer(items: unread, nextCursor: nil, prevCursor: nil))
            },
        ]
    }

    private struct ReadMarker: Decodable, Sendable, NotedFields {
        var messageID: EdgeID<MessageEvent>

        static let notes: [String: JSONShape.Note] = ["message_id": .about("All up to it is read, nothing after it.")]

        private enum CodingKeys: String, CodingKey {
            case messageID = "message_id"
        }
    }
}
