internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var roomEndpoints: [Endpoint] {
        [
            Endpoint(.get, "/api/rooms", "The rooms that the caller sees", query: .paging, handle: rooms),
            Endpoint(
                .post,
                "/api/rooms",
                "Opens a room",
                for: [.owner, .admin, .member],
                body: NewRoom.self,
                status: .created,
                handle: createRoom
            ),
            Endpoint(.get, "/api/rooms/{room}", "A room", handle: room),
            Endpoint(.patch, "/api/rooms/{room}", "Changes a room's name or topic", body: RoomChange.self) {
                call,
                body in
                try await changed(by: ChangeRoom(room: call.id("room"), name: body.name, topic: body.topic), for: call)
            },
            Endpoint(.post, "/api/rooms/{room}/archive", "Makes a room read-only") { call in
                try await changed(by: ArchiveRoom(room: call.id("room")), for: call)
            },
            Endpoint(.post, "/api/rooms/{room}/restore", "Opens an archived room again") { call in
                try await changed(by: RestoreRoom(room: call.id("room")), for: call)
            },
        ]
    }

    private struct NewRoom: Decodable, Sendable, NotedFields {
        var name: String
        var kind: RoomEvent.Kind?
        var topic: String?
        var members: [EdgeID<UserEvent>]?

        static let notes: [String: JSONShape.Note] = [
            "name": .line(Room.nameLengths), "topic": .line(Room.topicLengths),
            "members": .bounds(0...AddMembers.limit, "Besides who opens it."),
        ]
    }

    private struct RoomChange: Decodable, Sendable, NotedFields {
        var name: String?
        var topic: String?

        static let notes: [String: JSONShape.Note] = [
            "name": .line(Room.nameLengths), "topic": .line(Room.topicLengths, "An empty one takes the topic away."),
        ]
    }

    private func rooms(_ call: Call) async throws -> Reply<PageAnswer<RoomView>> {
        let slice = try await reads.rooms(call.page(of: ["rooms"], cursors), for: call.user, in: call.tenant)
        return Reply(call.answer(slice, of: ["rooms"], cursors))
    }

    private func room(_ call: Call) async throws -> Reply<RoomView> {
        guard let room = try await reads.room(call.id("room"), for: call.user, in: call.tenant) else {
            throw Problem.roomUnknown
        }
        return Reply(room)
    }

    /// All that a new room is stands in the request, so the answer need not wait for the read models.
    private func createRoom(_ call: Call, _ body: NewRoom) async throws -> Reply<RoomView> {
        let members = body.members?.map(\.id) ?? []
        let command = CreateRoom(
            room: RoomID(),
            kind: body.kind ?? .channel,
            name: body.name,
            topic: body.topic,
            members: members
        )
        let result = try await pointing(["/user_ids": "/members"]) { try await run(command, for: call) }
        let id = result.answer.room
        let createdAt: Timestamp =
            if let at = result.recordedAt { at } else { try await beginning(of: id, in: call.tenant) }
        let room = RoomView(
            id: "\(id)",
            kind: command.kind,
            name: command.title,
            topic: command.topic,
            archived: false,
            createdAt: createdAt,
            role: .moderator,
            version: 1 + Int64(Set(members).union([call.user]).count)
        )
        return Reply(room, position: result.position)
    }

    private func changed<C: Command>(by command: C, for call: Call) async throws -> Reply<Written<RoomView>> {
        let room: RoomID = try call.id("room")
        let result = try await run(command, for: call)
        return try await written("\(room)", by: result, for: call) {
            try await reads.room(room, for: call.user, in: call.tenant)
        }
    }
}

extension Problem {
    static var roomUnknown: Problem { .notFound("room.not_found", "There is no such room.") }
}

/// Runs a command and lets its refusals point into the request as the client wrote it, where names differ.
func pointing<Value>(_ names: [String: String], _ run: () async throws -> Value) async throws -> Value {
    do { return try await run() } catch CommandError.refused(let refusal) {
        guard let pointer = refusal.pointer,
            let (inner, outer) = names.first(where: { pointer == $0.key || pointer.hasPrefix($0.key + "/") })
        else { throw refusal }
        throw Refusal(refusal.kind, refusal.code, refusal.message, pointer: outer + pointer.dropFirst(inner.count))
    }
}
