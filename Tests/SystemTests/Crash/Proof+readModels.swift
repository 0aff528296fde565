import EventStore
import Events
import Foundation
import Postgres

extension Proof {
    /// Invariant 3: what the read models hold is what a reading of the log gives.
    func checkReadModels() throws {
        let expected = Reading(history)
        let product = try stage.installation.product()
        let messages = try product.execute(
            """
            SELECT id, room, seq, position, author, body, thread, reply_count, version, deleted_at IS NOT NULL FROM rm.messages
            """
        ).decode((UUID, UUID, Int64, Int64, UUID, String?, UUID?, Int64, Int64, Bool).self).map { row in
            Reading.Message(
                id: MessageID(row.0),
                room: RoomID(row.1),
                seq: row.2,
                position: row.3,
                author: UserID(row.4),
                body: row.5,
                thread: row.6.map { MessageID($0) },
                replies: row.7,
                version: row.8,
                isDeleted: row.9
            )
        }
        compare("messages", messages, Array(expected.messages.values))
        let memberships = try product.execute("SELECT room, member, from_position, to_position FROM rm.memberships")
            .decode(
                (UUID, UUID, Int64, Int64?).self
            ).map { Reading.Membership(room: RoomID($0), member: UserID($1), from: $2, to: $3) }
        compare("memberships", memberships, expected.memberships)
        let reactions = try product.execute("SELECT message, emoji, member, position FROM rm.reactions").decode(
            (UUID, String, UUID, Int64).self
        ).map { Reading.Reaction(message: MessageID($0), emoji: $1, member: UserID($2), position: $3) }
        compare("reactions", reactions, expected.reactions)
        let markers = try product.execute("SELECT member, room, message FROM rm.read_markers").decode(
            (UUID, UUID, UUID).self
        ).map { Reading.Marker(member: UserID($0), room: RoomID($1), message: MessageID($2)) }
        compare("read markers", markers, Array(expected.markers.values))
        let users = try product.execute("SELECT id, name FROM rm.users").decode((UUID, String?).self).map {
            Reading.User(id: UserID($0), name: $1)
        }
        compare("users", users, Array(expected.users.values))
        let parked = try product.execute("SELECT count(*) FROM rm.parked").decode(Int.self)
        if parked != [0] { fault("\(parked) events are parked") }
    }

    private func compare<Row: Hashable>(_ what: String, _ rows: [Row], _ expected: [Row]) {
        if rows.count != Set(rows).count { fault("\(what): the read models hold one twice") }
        let (rows, expected) = (Set(rows), Set(expected))
        for row in expected.subtracting(rows).prefix(3) { fault("\(what): the read models lack \(row)") }
        for row in rows.subtracting(expected).prefix(3) { fault("\(what): the read models should not hold \(row)") }
    }

    /// Invariant 3 to the letter: the read models are dropped and projected again, and every row of theirs is the same.
    func rebuild() async throws {
        let before = try digests()
        for server in stage.projectors { await server.kill() }
        let tables = before.keys.sorted().joined(separator: ", ")
        try stage.installation.product().executeScript(
            """
            TRUNCATE \(tables);
            UPDATE rm.checkpoints SET position = 0, lease_owner = NULL, lease_until = NULL WHERE projection = 'product';
            """
        )
        for server in stage.projectors { try await server.start(waiting: false) }
        try await stage.waitUntilProjected()
        let after = try digests()
        for (table, digest) in before where after[table] != digest { fault("\(table) is another when it is rebuilt") }
    }

    private func digests() throws -> [String: String] {
        let product = try stage.installation.product()
        let tables = try product.execute(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'rm' AND tablename <> 'checkpoints'"
        ).decode(String.self)
        var digests: [String: String] = [:]
        for table in tables {
            let digest = try product.execute(
                "SELECT coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM rm.\(raw: table) t"
            ).decode(String.self)
            digests["rm.\(table)"] = digest.first
        }
        return digests
    }
}

/// What the read models should hold, folded from the log without the product's code.
private struct Reading {
    struct Message: Hashable {
        let id: MessageID
        let room: RoomID
        let seq: Int64
        let position: Position
        let author: UserID
        var body: String?
        let thread: MessageID?
        var replies: Int64 = 0
        var version: Int64 = 1
        var isDeleted = false
    }

    struct Membership: Hashable {
        let room: RoomID
        let member: UserID
        let from: Position
        var to: Position?
    }

    struct Reaction: Hashable {
        let message: MessageID
        let emoji: String
        let member: UserID
        let position: Position
    }

    struct Marker: Hashable {
        let member: UserID
        let room: RoomID
        let message: MessageID
    }

    struct User: Hashable {
        let id: UserID
        var name: String?
    }

    var messages: [MessageID: Message] = [:]
    var memberships: [Membership] = []
    var reactions: [Reaction] = []
    var markers: [[UUID]: Marker] = [:]
    var users: [UserID: User] = [:]
    private var sizes: [RoomID: Int64] = [:]

    init(_ history: History) {
        for event in history.events {
            switch event.event {
            case .handle, .repair, .limits, .usage, .usageReport, .policies, .control: break
            case .user(let id, .joined(_, let name, _, _, _)), .user(let id, .profileChanged(let name)):
                users[id] = User(id: id, name: name.text)
            case .user: break
            case .room(let room, let change): apply(change, to: room, event.position)
            case .message(let id, let change): apply(change, to: id, event.position)
            case .readState(_, .markerMoved(let user, let room, let message)):
                markers[[user.uuid, room.uuid]] = Marker(member: user, room: room, message: message)
            }
        }
    }

    private mutating func apply(_ change: RoomEvent, to room: RoomID, _ position: Position) {
        switch change {
        case .memberAdded(let user, _):
            memberships.append(Membership(room: room, member: user, from: position))
        case .memberRemoved(let user):
            for index in memberships.indices
            where memberships[index].room == room && memberships[index].member == user && memberships[index].to == nil {
                memberships[index].to = position
            }
        case .messagesRangeDeleted(let from, let to, let author, _):
            for message in messages.values
            where message.room == room && (from...to).contains(message.seq) && !message.isDeleted
                && (author ?? message.author) == message.author
            {
                blank(message.id)
                messages[message.id]?.version += 1
            }
        case .created, .changed, .archived, .restored, .memberRoleChanged: break
        }
    }

    private mutating func apply(_ change: MessageEvent, to id: MessageID, _ position: Position) {
        if case .posted = change {} else { messages[id]?.version += 1 }
        switch change {
        case .posted(let room, let author, let body, _, let thread, _, _):
            sizes[room, default: 0] += 1
            messages[id] = Message(
                id: id,
                room: room,
                seq: sizes[room] ?? 0,
                position: position,
                author: author,
                body: body.text,
                thread: thread
            )
            if let thread { messages[thread]?.replies += 1 }
        case .edited(_, _, let body, _, _):
            if messages[id]?.isDeleted == false { messages[id]?.body = body.text }
        case .deleted: blank(id)
        case .reactionAdded(_, let user, let emoji, _):
            if messages[id]?.isDeleted == false {
                reactions.append(Reaction(message: id, emoji: emoji, member: user, position: position))
            }
        case .reactionRemoved(_, let user, let emoji):
            reactions.removeAll { $0.message == id && $0.member == user && $0.emoji == emoji }
        }
    }

    private mutating func blank(_ id: MessageID) {
        messages[id]?.body = nil
        messages[id]?.isDeleted = true
        reactions.removeAll { $0.message == id }
    }
}
