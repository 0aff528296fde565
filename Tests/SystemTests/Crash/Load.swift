import EventStore
import Events
import NIOHTTP1
import Synchronization

/// What goes on in the rooms while things die: everybody writes, edits, reacts and deletes, and some come and go. It ends when
/// it is told to and every deed has its definite answer.
final class Load: Sendable {
    /// A message that was acknowledged.
    private struct Written {
        let id: String
        let room: String
        let author: UserID
        let isRoot: Bool
    }

    private struct Book {
        var done: [Done] = []
        var messages: [Written] = []
        var isOver = false
    }

    private let world: World
    private let client: Client
    private let seed: UInt64
    private let book = Mutex(Book())

    init(in world: World, by client: Client, seed: UInt64) {
        self.world = world
        self.client = client
        self.seed = seed
    }

    /// In order of their answers.
    var done: [Done] { book.withLock(\.done) }

    func end() { book.withLock { $0.isOver = true } }

    func run(_ people: [String: Person]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, person) in people.values.sorted(by: { $0.handle < $1.handle }).enumerated() {
                let rooms = world.rooms.filter { room in room.writers.contains { $0.id == person.id } }
                if rooms.isEmpty { continue }
                group.addTask { try await self.write(as: person, in: rooms, Dice(seed: self.seed &+ UInt64(number))) }
            }
            if let ada = people["ada"], let eve = people["eve"], let fay = people["fay"], let gus = people["gus"] {
                group.addTask { try await self.moveInAndOut(eve, of: self.world.den, by: ada) }
                group.addTask { try await self.replace(fay, by: gus, in: self.world.vault, as: ada) }
            }
            try await group.waitForAll()
        }
    }

    private var isOver: Bool { book.withLock(\.isOver) }

    @discardableResult
    private func perform(
        _ kind: Deed.Kind,
        as person: Person,
        _ method: HTTPMethod,
        _ path: String,
        _ body: Deed.Body? = nil
    ) async throws -> Done {
        let deed = Deed(person: person, kind: kind, method: method, path: path, body: body, key: client.key())
        let done = try await client.perform(deed)
        book.withLock { $0.done.append(done) }
        return done
    }

    // MARK: Writers

    private func write(as person: Person, in rooms: [World.Room], _ dice: Dice) async throws {
        var dice = dice
        var number = 0
        while !isOver {
            number += 1
            guard let room = dice.pick(rooms)?.id else { return }
            switch Int.random(in: 0..<100, using: &dice) {
            case 0..<14:
                guard let message = message(in: room, &dice, where: { $0.author == person.id }) else { continue }
                let body = "\(person.handle) puts it otherwise \(number) in \(room)"
                try await perform(.edit, as: person, .PATCH, "/api/messages/\(message.id)", .init(body: body))
            case 14..<28:
                guard let message = message(in: room, &dice) else { continue }
                let emoji = dice.chance(50) ? "thumbsup" : "tada"
                let path = "/api/messages/\(message.id)/reactions/\(emoji)"
                try await perform(.react, as: person, dice.chance(60) ? .PUT : .DELETE, path)
            case 28..<34:
                guard let message = message(in: room, &dice, where: { $0.author == person.id }) else { continue }
                try await perform(.delete, as: person, .DELETE, "/api/messages/\(message.id)", .init())
            case 34..<38:
                guard let message = message(in: room, &dice) else { continue }
                let path = "/api/rooms/\(room)/read-marker"
                try await perform(.mark, as: person, .PUT, path, .init(message_id: message.id))
            case 38..<40:
                let body = Deed.Body(name: "\(person.handle) the \(number). of \(room.suffix(6))")
                try await perform(.rename, as: person, .PATCH, "/api/me", body)
            case 40 where person.handle == "ada":
                let from = Int.random(in: 1...40, using: &dice)
                let body = Deed.Body(from_seq: from, to_seq: from + 3)
                try await perform(.deleteRange, as: person, .POST, "/api/rooms/\(room)/messages/range-delete", body)
            default: try await post(in: room, as: person, number, &dice)
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 2...20, using: &dice)))
        }
    }

    private func post(in room: String, as person: Person, _ number: Int, _ dice: inout Dice) async throws {
        let root = dice.chance(25) ? message(in: room, &dice, where: \.isRoot) : nil
        let body = Deed.Body(body: "\(person.handle) says \(number) in \(room)", thread_id: root?.id)
        let done = try await perform(.post, as: person, .POST, "/api/rooms/\(room)/messages", body)
        guard done.outcome.isDone, let id = done.outcome.id else { return }
        let written = Written(id: id, room: room, author: person.id, isRoot: root == nil)
        book.withLock { $0.messages.append(written) }
    }

    private func message(
        in room: String,
        _ dice: inout Dice,
        where matches: (Written) -> Bool = { _ in true }
    ) -> Written? {
        let recent = book.withLock { $0.messages.suffix(200) }
        return dice.pick(recent.filter { $0.room == room && matches($0) })
    }

    // MARK: Those who come and go

    private func moveInAndOut(_ person: Person, of room: World.Room, by ada: Person) async throws {
        while !isOver {
            try await Task.sleep(for: .milliseconds(150))
            try await perform(.remove, as: ada, .DELETE, "/api/rooms/\(room.id)/members/\(person.id)")
            try await Task.sleep(for: .milliseconds(150))
            let body = Deed.Body(user_ids: ["\(person.id)"])
            try await perform(.add, as: ada, .POST, "/api/rooms/\(room.id)/members", body)
        }
    }

    /// Once, for good, in the middle of it all.
    private func replace(_ old: Person, by new: Person, in room: World.Room, as ada: Person) async throws {
        try await Task.sleep(for: .seconds(1))
        try await perform(.remove, as: ada, .DELETE, "/api/rooms/\(room.id)/members/\(old.id)")
        try await perform(.add, as: ada, .POST, "/api/rooms/\(room.id)/members", .init(user_ids: ["\(new.id)"]))
    }
}
