import EventStore
import Events
import TestSupport

@testable import Projections

/// What may happen in a tenant, drawn from a seed; now and then something that cannot be projected.
struct RandomHistory {
    private var random: Seeded
    private var users: [UserID] = []
    private var rooms: [RoomID] = []
    private var messages: [(id: MessageID, room: RoomID)] = []

    init(seed: UInt64) { random = Seeded(seed) }

    mutating func write(_ count: Int, to story: Story) async throws {
        for role in Role.allCases { users.append(try await story.join(role, name: "\(role)")) }
        for kind in [RoomEvent.Kind.channel, .private, .channel] {
            rooms.append(try await story.open(kind, members: Array(users.prefix(3))))
        }
        for _ in 0..<count { try await step(story) }
        // A form that was edited, a marker, a reaction and a mention are there for sure.
        let message = try await story.post(in: rooms[0], by: users[0], mentions: [users[1]])
        try await story.append(
            .edited(
                room: rooms[0],
                editor: users[0],
                body: Personal("edited", of: users[0]),
                mentions: [users[1]],
                source: nil
            ),
            to: message
        )
        try await story.append(.reactionAdded(room: rooms[0], user: users[1], emoji: "👍", source: nil), to: message)
        try await story.mark(message, in: rooms[0], readBy: users[1])
        try await story.limit()
        // A room that a broken event parks, with what follows in it.
        try await story.append(Array("{}".utf8), as: EventType("workspace.room_painted"), to: rooms[2].uuid)
        try await story.post(in: rooms[2], by: users[0])
        try await story.append(.archived, to: rooms[2])
        // Another, where an operator has dropped it.
        let mended = try await story.open(members: [users[0]])
        let broken = try await story.append(Array("{}".utf8), as: EventType("workspace.room_painted"), to: mended.uuid)
        try await story.post(in: mended, by: users[0])
        try await story.append(
            .dropped(stream: mended.uuid, position: broken, reason: "painted", by: "eve"),
            to: RepairID(of: mended.uuid)
        )
    }

    private mutating func step(_ story: Story) async throws {
        let (user, other) = (random.pick(users), random.pick(users))
        let room = random.pick(rooms)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45:
            let thread = messages.last { $0.room == room }.flatMap { Bool.random(using: &random) ? $0.id : nil }
            let body = "message \(messages.count)"
            messages.append(
                (try await story.post(body, in: room, by: user, mentions: [other, user], thread: thread), room)
            )
        case 45..<60:
            guard let message = messages.randomElement(using: &random) else { return }
            let body = Personal("edit \(messages.count)", of: user)
            try await story.append(
                .edited(room: message.room, editor: user, body: body, mentions: [other], source: nil),
                to: message.id
            )
        case 60..<75:
            guard let message = messages.randomElement(using: &random) else { return }
            let emoji = random.pick(["👍", "🎉"])
            try await story.append(
                Bool.random(using: &random)
                    ? .reactionAdded(room: message.room, user: user, emoji: emoji, source: nil)
                    : .reactionRemoved(room: message.room, user: user, emoji: emoji),
                to: message.id
            )
        case 75..<80:
            guard let message = messages.randomElement(using: &random) else { return }
            try await story.append(.deleted(room: message.room, by: user, reason: nil), to: message.id)
        case 80..<83:
            let from = Int64.random(in: 1...20, using: &random)
            try await story.append(
                .messagesRangeDeleted(
                    from: from,
                    to: from + 5,
                    author: Bool.random(using: &random) ? user : nil,
                    reason: "clean"
                ),
                to: room
            )
        case 83..<88:
            guard let message = messages.randomElement(using: &random) else { return }
            try await story.mark(message.id, in: message.room, readBy: user)
        case 88..<94:
            try await story.append(
                Bool.random(using: &random) ? .memberAdded(user: user, role: .member) : .memberRemoved(user: user),
                to: room
            )
        case 94..<97: try await story.append(.roleChanged(role: random.pick(Role.allCases)), to: user)
        case 97..<99: try await story.append(Bool.random(using: &random) ? .deactivated : .reactivated, to: user)
        default:
            // A body that Postgres cannot hold: the message's stream is parked.
            messages.append((try await story.post("a\0b", in: room, by: user), room))
        }
    }
}
