import Events
import Foundation
import Projections
import TestSupport

/// What a client knows, by the rules of `docs/realtime-events.md`: the state of its registration, and every event since folded in.
struct ClientModel {
    struct Room {
        var kind: RoomEvent.Kind
        var name: String
        var topic: String?
        var archived: Bool
        var createdAt: Timestamp
        var role: RoomRole?
        var version: Int64
        /// Nil where the client would have to ask: a room that it is not in, or was added to later.
        var members: [String: RoomRole]?
        var unread: UnreadView?
    }

    let me: String
    private(set) var profile: UserView
    private(set) var users: [String: UserView] = [:]
    private(set) var rooms: [String: Room] = [:]
    /// Those that the client was told of from their beginning.
    private(set) var messages: [String: MessageView] = [:]
    /// Something cannot be known any more without asking.
    private(set) var mustReload = false

    init(_ state: JSON) throws {
        profile = try state["me"].decode()
        me = profile.id
        for user in try state["users"].decode([UserView].self) { users[user.id] = user }
        for json in state["rooms"].items {
            let view = try json.decode(RoomView.self)
            let members = try json["members"].decode([MemberView]?.self)
            rooms[view.id] = Room(
                kind: view.kind,
                name: view.name,
                topic: view.topic,
                archived: view.archived,
                createdAt: view.createdAt,
                role: view.role,
                version: view.version,
                members: members.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.userID, $0.role) }) }
            )
        }
        for unread in try state["unread"].decode([UnreadView].self) { rooms[unread.roomID]?.unread = unread }
    }

    mutating func apply(_ event: JSON) throws {
        let data = event["data"]
        let room = event["room_id"].text ?? ""
        switch event["type"].text {
        case "message.created": try created(try data["message"].decode(), in: room)
        case "message.updated":
            change(data) { message in
                message.body = data["body"].text
                message.mentions = data["mentions"].items.compactMap(\.text)
                message.editedAt = data["edited_at"].text.flatMap { Timestamp($0) }
            }
        case "message.deleted": change(data) { Self.bury(&$0, at: data["deleted_at"]) }
        case "message.range_deleted":
            let range = (data["from_seq"].int ?? 0)...(data["to_seq"].int ?? 0)
            for (id, message) in messages where message.roomID == room && message.deletedAt == nil {
                guard let seq = message.seq, range.contains(seq),
                    data["author_id"].text.map({ $0 == message.authorID }) ?? true
                else { continue }
                messages[id]?.version += 1
                if var buried = messages[id] {
                    Self.bury(&buried, at: data["deleted_at"])
                    messages[id] = buried
                }
            }
            rooms[room]?.version = data["version"].int ?? 0
        case "message.reaction_changed":
            change(data) {
                Self.react(&$0, data["emoji"].text ?? "", data["user_id"].text ?? "", added: data["change"] == "added")
            }
        case "message.author_forgotten":
            for (id, message) in messages where message.authorID == data["author_id"].text {
                messages[id]?.body = nil
                messages[id]?.mentions = []
                messages[id]?.attachments = []
            }
        case "read_marker.moved": rooms[room]?.unread?.readSeq = data["seq"].int ?? 0
        case "room.changed": try roomChanged(data, room)
        case "room.member_changed": try memberChanged(data, room)
        case "user.changed": try userChanged(data)
        case "resync": mustReload = true
        default: throw StageError("an event of an unknown type: \(event["type"])")
        }
    }

    private mutating func created(_ message: MessageView, in room: String) throws {
        messages[message.id] = message
        if let root = message.threadID { messages[root]?.replyCount += 1 }
        rooms[room]?.unread?.lastSeq = message.seq ?? 0
    }

    /// Every event about a message makes its version one more.
    private mutating func change(_ data: JSON, _ body: (inout MessageView) -> Void) {
        guard let id = data["message_id"].text, var message = messages[id] else { return }
        message.version += 1
        if message.deletedAt == nil { body(&message) }
        messages[id] = message
    }

    private static func bury(_ message: inout MessageView, at time: JSON) {
        message.body = nil
        message.mentions = []
        message.attachments = []
        message.reactions = []
        message.deletedAt = time.text.flatMap { Timestamp($0) }
    }

    private static func react(_ message: inout MessageView, _ emoji: String, _ user: String, added: Bool) {
        if let index = message.reactions.firstIndex(where: { $0.emoji == emoji }) {
            message.reactions[index].userIDs.removeAll { $0 == user }
            if added { message.reactions[index].userIDs.append(user) }
            if message.reactions[index].userIDs.isEmpty { message.reactions.remove(at: index) }
        } else if added {
            message.reactions.append(.init(emoji: emoji, userIDs: [user]))
        }
    }

    private mutating func roomChanged(_ data: JSON, _ id: String) throws {
        let (fields, version) = (data["room"], data["version"].int ?? 0)
        if data["change"] == "created" {
            rooms[id] = Room(
                kind: try fields["kind"].decode(),
                name: fields["name"].text ?? "",
                topic: fields["topic"].text,
                archived: fields["archived"].bool ?? false,
                createdAt: try fields["created_at"].decode(),
                version: version
            )
            return
        }
        if let name = fields["name"].text { rooms[id]?.name = name }
        if let topic = fields["topic"].text { rooms[id]?.topic = topic }
        if let archived = fields["archived"].bool { rooms[id]?.archived = archived }
        rooms[id]?.version = version
    }

    private mutating func memberChanged(_ data: JSON, _ id: String) throws {
        guard let user = data["user_id"].text, let version = data["version"].int else { return }
        let role = data["role"].text.flatMap { RoomRole(rawValue: $0) }
        let isMe = user == me
        switch data["change"].text {
        case "removed" where isMe:
            rooms[id]?.role = nil
            rooms[id]?.members = nil
            rooms[id]?.unread = nil
            messages = messages.filter { $0.value.roomID != id }
            if rooms[id]?.kind != .channel || profile.role == .guest { rooms[id] = nil }
        case "added" where isMe:
            let fields = data["room"]
            rooms[id] = Room(
                kind: try fields["kind"].decode(),
                name: fields["name"].text ?? "",
                topic: fields["topic"].text,
                archived: fields["archived"].bool ?? false,
                createdAt: try fields["created_at"].decode(),
                role: role,
                version: version
            )
        case "removed": rooms[id]?.members?[user] = nil
        default:
            rooms[id]?.members?[user] = role
            if isMe { rooms[id]?.role = role }
        }
        rooms[id]?.version = version
    }

    private mutating func userChanged(_ data: JSON) throws {
        let (fields, version) = (data["user"], data["version"].int ?? 0)
        guard let id = fields["id"].text else { return }
        if data["change"] == "joined" {
            users[id] = UserView(
                id: id,
                handle: fields["handle"].text,
                name: fields["name"].text,
                kind: try fields["kind"].decode(),
                role: try fields["role"].decode(),
                active: true,
                version: version
            )
        }
        func change(_ user: inout UserView) throws {
            if fields.has("handle") { user.handle = fields["handle"].text }
            if fields.has("name") { user.name = fields["name"].text }
            if fields.has("role") { user.role = try fields["role"].decode() }
            if let active = fields["active"].bool { user.active = active }
            user.version = version
        }
        if users[id] != nil { try change(&users[id]!) }
        if id == me { try change(&profile) }
    }
}
