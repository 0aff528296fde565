internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var messageEndpoints: [Endpoint] {
        [
            Endpoint(.get, "/api/messages/{message}", "A message", handle: message),
            Endpoint(
                .patch,
                "/api/messages/{message}",
                "Edits a message",
                body: MessageEdit.self,
                bodyLimit: 256 << 10,
                handle: edit
            ),
            Endpoint(.delete, "/api/messages/{message}", "Deletes a message; a tombstone stays", body: Deletion.self) {
                call,
                body in
                let id: MessageID = try call.id("message")
                let command = DeleteMessage(
                    message: id,
                    seq: try await seq(of: id, for: call),
                    reason: body.reason,
                    policy: messaging
                )
                return Reply(position: try await run(command, for: call).position)
            },
            Endpoint(
                .get,
                "/api/messages/{message}/history",
                "What a message said before, oldest first",
                handle: history
            ),
            Endpoint(
                .post,
                "/api/rooms/{room}/messages/range-delete",
                "Deletes messages of a room by their numbers, of one author if one is named",
                body: RangeDeletion.self,
                handle: deleteRange
            ),
        ]
    }

    private struct MessageEdit: Decodable, Sendable, NotedFields {
        /// Markdown.
        var body: String

        static let notes: [String: JSONShape.Note] = ["body": .bounds(0...MessageBody.byteLimit, "Markdown.")]
    }

    private struct Deletion: Decodable, Sendable, NotedFields {
        var reason: String?

        static let notes: [String: JSONShape.Note] = ["reason": .line(MessageBody.reasonLengths)]
    }

    private struct RangeDeletion: Decodable, Sendable, NotedFields {
        var fromSeq: Int64
        var toSeq: Int64
        var authorID: EdgeID<UserEvent>?
        var reason: String?

        static let notes: [String: JSONShape.Note] = [
            "from_seq": .atLeast(1),
            "to_seq": .atLeast(1, "Inclusive; at most 10,000 numbers in all."),
            "author_id": .about("Only messages of this author."),
            "reason": .line(MessageBody.reasonLengths),
        ]

        private enum CodingKeys: String, CodingKey {
            case fromSeq = "from_seq"
            case toSeq = "to_seq"
            case authorID = "author_id"
            case reason
        }
    }

    private func message(_ call: Call) async throws -> Reply<MessageView> {
        guard let message = try await reads.message(call.id("message"), for: call.user, in: call.tenant) else {
            throw Problem.messageUnknown
        }
        return Reply(message)
    }

    private func edit(_ call: Call, _ body: MessageEdit) async throws -> Reply<Said<Written<MessageView>>> {
        let id: MessageID = try call.id("message")
        let command = EditMessage(
            message: id,
            seq: try await seq(of: id, for: call),
            body: body.body,
            policy: messaging
        )
        let result = try await run(command, for: call)
        let reply = try await written("\(id)", by: result, for: call) {
            try await reads.message(id, for: call.user, in: call.tenant)
        }
        return Reply(Said(reply.answer, unreached: result.answer.unreached), position: reply.position)
    }

    private func history(_ call: Call) async throws -> Reply<PageAnswer<RevisionView>> {
        guard let revisions = try await reads.history(of: call.id("message"), for: call.user, in: call.tenant) else {
            throw Problem.messageUnknown
        }
        return Reply(PageAnswer(items: revisions, nextCursor: nil, prevCursor: nil))
    }

    private func deleteRange(_ call: Call, _ body: RangeDeletion) async throws -> Reply<NoContent> {
        let command = RangeDelete(
            room: try call.id("room"),
            from: body.fromSeq,
            to: body.toSeq,
            author: body.authorID?.id,
            reason: body.reason
        )
        let result = try await pointing(["/to": "/to_seq", "/from": "/from_seq"]) { try await run(command, for: call) }
        return Reply(position: result.position)
    }

    /// The message's number in its room, by which its command knows whether a range-delete took it. Nil if the read models
    /// do not have it: then no range can have named it, or it is not there, which the command says.
    func seq(of message: MessageID, for call: Call) async throws -> Int64? {
        try await caughtUp(call) { try await reads.message(message, for: call.user, in: call.tenant) }?.seq
    }
}
