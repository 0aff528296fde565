internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var postEndpoint: Endpoint {
        Endpoint(
            .post,
            "/api/rooms/{room}/messages",
            "Posts a message",
            body: NewMessage.self,
            bodyLimit: 256 << 10,
            status: .created,
            handle: post
        )
    }

    private struct NewMessage: Decodable, Sendable, NotedFields {
        struct NewAttachment: Decodable, Sendable, NotedFields {
            var name: String
            var mediaType: String?
            /// Bytes.
            var size: Int64?

            static let notes: [String: JSONShape.Note] = [
                "name": .line(MessageBody.attachmentNameLengths),
                "media_type": .line(MessageBody.attachmentNameLengths, "Such as `image/png`."),
                "size": .atLeast(0, "Bytes."),
            ]

            private enum CodingKeys: String, CodingKey {
                case name
                case mediaType = "media_type"
                case size
            }
        }

        /// Markdown.
        var body: String
        var threadID: EdgeID<MessageEvent>?
        /// By which a retry is the same message, and the author's client knows its echo.
        var clientNonce: String?
        var attachments: [NewAttachment]?

        static let notes: [String: JSONShape.Note] = [
            "body": .bounds(0...MessageBody.byteLimit, "Markdown; empty only with attachments."),
            "thread_id": .about("The root of the thread that it answers in."),
            "client_nonce": .bounds(
                1...255,
                "By which a retry is the same message, and the author's client knows its echo."
            ),
            "attachments": .bounds(0...MessageBody.attachmentLimit),
        ]

        private enum CodingKeys: String, CodingKey {
            case body
            case threadID = "thread_id"
            case clientNonce = "client_nonce"
            case attachments
        }
    }

    /// All that a new message is stands in the request and the decision, so the answer need not wait for the read models.
    private func post(_ call: Call, _ body: NewMessage) async throws -> Reply<Said<MessageView>> {
        if let nonce = body.clientNonce, !(1...255).contains(nonce.utf8.count) {
            let fault = Problem.Fault("/client_nonce", "must have 1 to 255 bytes")
            throw Problem(
                .unprocessableContent,
                "message.nonce_invalid",
                "the nonce is empty or too long",
                errors: [fault]
            )
        }
        let command = PostMessage(
            message: try message(named: body.clientNonce ?? call.idempotencyKey(), by: call),
            room: try call.id("room"),
            body: body.body,
            thread: body.threadID?.id,
            attachments: body.attachments?.map { Attachment(name: $0.name, mediaType: $0.mediaType, size: $0.size) }
                ?? []
        )
        let result = try await run(command, for: call, key: body.clientNonce)
        let createdAt: Timestamp =
            if let at = result.recordedAt { at } else { try await beginning(of: command.message, in: call.tenant) }
        let view = MessageView(
            id: "\(command.message)",
            roomID: "\(command.room)",
            seq: nil,
            authorID: "\(call.user)",
            body: command.body,
            mentions: result.answer.mentions.map(\.description),
            threadID: command.thread?.description,
            attachments: command.attachments,
            createdAt: createdAt,
            source: nil,
            version: 1
        )
        return Reply(Said(view, unreached: result.answer.unreached), position: result.position)
    }

    /// The one message that this author means by this name, so that a retry posts it once; a new one without a name.
    private func message(named name: String?, by call: Call) -> MessageID {
        guard let name else { return MessageID() }
        return MessageID(.derived("daybook.message", call.tenant.id.bytes, call.user.uuid.bytes, Array(name.utf8)))
    }
}
