internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes

extension TenantAPI {
    var reactionEndpoints: [Endpoint] {
        let path = "/api/messages/{message}/reactions/{emoji}"
        return [
            Endpoint(.put, path, "Reacts to a message with an emoji") { call in
                let id: MessageID = try call.id("message")
                let command = AddReaction(
                    message: id,
                    seq: try await seq(of: id, for: call),
                    emoji: try call.text("emoji")
                )
                return Reply(position: try await run(command, for: call).position)
            },
            Endpoint(.delete, path, "Takes a reaction back") { call in
                let id: MessageID = try call.id("message")
                let command = RemoveReaction(
                    message: id,
                    seq: try await seq(of: id, for: call),
                    emoji: try call.text("emoji")
                )
                return Reply(position: try await run(command, for: call).position)
            },
        ]
    }
}
