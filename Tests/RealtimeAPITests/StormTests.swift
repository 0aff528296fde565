import Commands
import EventStore
import Events
import Foundation
import Projections
import TestSupport
import Testing

@testable import RealtimeAPI

/// Snapshot + events = later snapshot, for every type of event, whenever in a storm of writes the snapshot was taken.
struct StormTests {
    @Test(arguments: 1...3) func `whoever registers in a storm knows afterwards what is`(seed: UInt64) async throws {
        try await Stage.run { stage in
            var storm = try await Storm(seed, on: stage)
            var clients: [Client] = []
            for round in 0..<12 {
                // While others write, so that the snapshot is taken in the middle of it.
                let user = storm.users[round % storm.users.count]
                async let registered = Client(user, on: stage)
                try await storm.blow(25)
                clients.append(try await registered)
                if round == 7 { _ = try await stage.redis("FLUSHDB") }
                for index in clients.indices { try await clients[index].follow() }
            }
            try await stage.fannedOut()
            for index in clients.indices {
                try await clients[index].catchUp()
                try await clients[index].check()
            }
            #expect(storm.refusals < storm.commands)
        }
    }
}

/// A subscriber who folds what it is told.
private struct Client {
    var subscriber: Subscriber
    var model: ClientModel
    let stage: Stage

    init(_ user: UserID, on stage: Stage) async throws {
        self.stage = stage
        subscriber = try await Subscriber(user, on: stage)
        try await subscriber.register()
        model = try ClientModel(subscriber.registration["state"])
    }

    @discardableResult
    mutating func follow() async throws -> Int {
        let answer = try await subscriber.poll()
        for event in answer.events { try model.apply(event) }
        if model.mustReload {
            try await subscriber.register()
            model = try ClientModel(subscriber.registration["state"])
        }
        return answer.events.count
    }

    mutating func catchUp() async throws { while try await follow() > 0 {} }

    func check() async throws {
        let now = try await stage.reads.snapshot(of: Set(SnapshotPart.allCases), for: subscriber.user, in: stage.tenant)
        #expect(model.profile == now.me)
        #expect(model.users.values.sorted { $0.id < $1.id } == now.users)
        #expect(Set(model.rooms.keys) == Set(now.rooms?.map(\.room.id) ?? []))
        for snapshot in now.rooms ?? [] {
            guard let known = model.rooms[snapshot.room.id] else { continue }
            let view = snapshot.room
            #expect(known.name == view.name && known.topic == view.topic && known.archived == view.archived)
            #expect(known.kind == view.kind && known.createdAt == view.createdAt && known.role == view.role)
            #expect((snapshot.members == nil) == (view.role == nil))
            // Of rooms that one is not in only the changes are told.
            guard view.role != nil else {
                #expect(known.members == nil)
                continue
            }
            #expect(known.version == view.version)
            if let members = known.members {
                let now = snapshot.members ?? []
                #expect(members == Dictionary(uniqueKeysWithValues: now.map { ($0.userID, $0.role) }))
            }
            if let unread = known.unread {
                let now = try #require(now.unread?.first { $0.roomID == view.id })
                #expect(unread.lastSeq == now.lastSeq && unread.readSeq == now.readSeq)
            }
        }
        for (_, message) in model.messages {
            let id = try #require(MessageID(message.id))
            let view = try #require(try await stage.reads.message(id, for: subscriber.user, in: stage.tenant))
            #expect(sorted(message) == sorted(view))
        }
    }

    /// Which emoji stands first is not said.
    private func sorted(_ message: MessageView) -> MessageView {
        var message = message
        message.reactions.sort { $0.emoji < $1.emoji }
        return message
    }
}

/// Random commands of random users; those that the rules refuse do nothing.
private struct Storm {
    let stage: Stage
    let users: [UserID]
    private let owner: UserID
    private var rooms: [RoomID] = []
    private var messages: [(id: MessageID, room: RoomID)] = []
    private var random: Seeded
    private(set) var commands = 0
    private(set) var refusals = 0

    init(_ seed: UInt64, on stage: Stage) async throws {
        self.stage = stage
        random = Seeded(seed)
        owner = try await stage.user("owner", .owner)
        var users: [UserID] = []
        for number in 0..<5 { users.append(try await stage.user("user\(number)", number == 4 ? .guest : .member)) }
        self.users = users
        for number in 0..<3 {
            rooms.append(
                try await stage.room(
                    number == 0 ? .private : .channel,
                    named: "room \(number)",
                    members: [owner] + users.prefix(number + 2)
                )
            )
        }
        try await stage.settled()
    }

    mutating func blow(_ count: Int) async throws {
        for _ in 0..<count {
            commands += 1
            do { try await something() } catch CommandError.refused { refusals += 1 }
        }
    }

    private mutating func something() async throws {
        let (user, room) = (random.pick(users + [owner]), random.pick(rooms))
        let message = messages.isEmpty ? nil : random.pick(messages)
        switch random.next() % 24 {
        case 0: try await stage.perform(AddMembers(room: room, users: [random.pick(users)]), by: owner)
        case 1: try await stage.perform(RemoveMember(room: room, user: random.pick(users)), by: owner)
        case 2:
            try await stage.perform(ChangeMemberRole(room: room, user: random.pick(users), role: .moderator), by: owner)
        case 3: try await stage.perform(ChangeRoom(room: room, name: "named \(commands)"), by: owner)
        case 4: try await stage.perform(ChangeRoom(room: room, topic: "about \(commands)"), by: owner)
        case 5: try await stage.perform(ArchiveRoom(room: room), by: owner)
        case 6, 7: try await stage.perform(RestoreRoom(room: room), by: owner)
        case 8: try await stage.perform(RenameUser(user: user, name: "Name \(commands)"), by: user)
        case 9:
            guard random.next().isMultiple(of: 3) else { return }
            try await stage.perform(
                ChangeUserRole(user: random.pick(users), role: random.pick([.member, .guest, .admin])),
                by: owner
            )
        case 10:
            guard random.next().isMultiple(of: 4), rooms.count < 6 else { return }
            let kind = random.pick([RoomEvent.Kind.channel, .private])
            rooms.append(try await stage.room(kind, named: "room \(commands)", members: [owner, random.pick(users)]))
        case 11, 12:
            guard let message else { return }
            try await stage.perform(EditMessage(message: message.id, body: "edited \(commands)"), by: owner)
        case 13:
            guard let message else { return }
            try await stage.perform(DeleteMessage(message: message.id), by: owner)
        case 14:
            guard random.next().isMultiple(of: 3) else { return }
            let from = Int64(random.next() % 20 + 1)
            try await stage.perform(RangeDelete(room: room, from: from, to: from + 3), by: owner)
        case 15, 16:
            guard let message else { return }
            try await stage.perform(AddReaction(message: message.id, emoji: random.pick(["👍", "🎉"])), by: user)
        case 17:
            guard let message else { return }
            try await stage.perform(RemoveReaction(message: message.id, emoji: random.pick(["👍", "🎉"])), by: user)
        case 18:
            guard let message else { return }
            try await stage.perform(MoveReadMarker(room: message.room, message: message.id), by: user)
        default:
            let id = MessageID()
            let thread = message.flatMap { $0.room == room && random.next().isMultiple(of: 3) ? $0.id : nil }
            try await stage.perform(
                PostMessage(
                    message: id,
                    room: room,
                    body: "body \(commands)",
                    thread: thread,
                    attachments: [Attachment(name: "a.txt", size: 3)]
                ),
                by: random.next().isMultiple(of: 2) ? owner : user
            )
            messages.append((id, room))
        }
    }
}
