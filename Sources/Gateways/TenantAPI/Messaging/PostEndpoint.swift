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
            handle: post
        )
    }

    private struct NewMessage: Decodable, Sendable {
        struct File: Decodable, Sendable {
            var name: String
            var mediaType: String?
            /// Bytes.
            var size: Int64?

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
        var attachments: [File]?

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
        let said = Said(view, unreached: result.answer.unreached)
        return Reply(said, status: .created, version: view.version, position: result.position)
    }

    /// The one message that this author means by this name, so that a retry posts it once; a new one without a name.
    private func message(named name: String?, by call: Call) -> MessageID {
        guard let name else { return MessageID() }
        return MessageID(.derived("daybook.message", call.tenant.id.bytes, call.user.uuid.bytes, Array(name.utf8)))
    }
}

/// A message that was just written, and whom of those it mentions it does not reach, since they are not in the room.
struct Said<Message: Encodable & Sendable>: Encodable, Sendable {
    private let message: Message
    private let unreached: [String]

    init(_ message: Message, unreached: [UserID]) {
        self.message = message
        self.unreached = unreached.map(\.description)
    }

    private enum CodingKeys: String, CodingKey {
        case unreached
    }

    func encode(to encoder: any Encoder) throws {
        try message.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(unreached, forKey: .unreached)
    }
}
