import Commands
import EventStore
import Events
import Foundation
import Testing

/// What commands do to the tenant's counters when many come at once.
@Suite(.timeLimit(.minutes(20)))
struct RacingTests {
    @Test func `of two hundred posts on the last unit one wins, whichever process they come by`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            _ = try await desk.post(in: room, as: desk.owner)
            try await desk.limit(.messages, to: 2)
            let codes = try await race(200, at: desk) { number, handler in
                let post = PostMessage(message: MessageID(), room: room, body: "\(number)")
                return try await desk.code(post, as: desk.owner, key: "\(number)", by: handler)
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == "limit.reached" }.count == 199)
            #expect(try await desk.used(.messages) == 2)
        }
    }

    @Test func `of many new users on the last unit one wins`() async throws {
        try await Desk.run { (desk) async throws in
            try await desk.limit(.users, to: 2)
            let codes = try await race(40, at: desk) { number, handler in
                let add = AddUser(user: UserID(), handle: "u\(number)", name: "U")
                return try await desk.code(add, by: handler)
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == "limit.reached" }.count == 39)
            #expect(try await desk.used(.users) == 2)
        }
    }

    @Test func `of many new rooms on the last unit one wins`() async throws {
        try await Desk.run { (desk) async throws in
            try await desk.limit(.rooms, to: 1)
            let codes = try await race(40, at: desk) { number, handler in
                let create = CreateRoom(room: RoomID(), kind: .channel, name: "r\(number)")
                return try await desk.code(create, as: desk.owner, by: handler)
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == "limit.reached" }.count == 39)
            #expect(try await desk.used(.rooms) == 1)
        }
    }

    @Test func `posts under a far limit do not hold each other up`() async throws {
        try await Desk.run { (desk) async throws in
            let room = try await desk.makeRoom()
            try await desk.limit(.messages, to: 1_000_000)
            let codes = try await race(300, at: desk) { number, handler in
                let post = PostMessage(message: MessageID(), room: room, body: "\(number)")
                return try await desk.code(post, as: desk.owner, by: handler)
            }
            #expect(codes.allSatisfy { $0 == nil })
            #expect(try await desk.used(.messages) == 300)
        }
    }

    /// The codes of what many do at once, half of them by another process.
    private func race(
        _ count: Int,
        at desk: Desk,
        _ body: @escaping @Sendable (Int, CommandHandler) async throws -> String?
    ) async throws -> [String?] {
        let handlers = [desk.handler, desk.another()]
        return try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<count { group.addTask { try await body(number, handlers[number % 2]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension Desk {
    func limit(_ meter: Meter, to hard: Int64?, soft: Int64? = nil) async throws {
        try await run(SetLimit(meter: meter, limit: MeterLimit(hard: hard, soft: soft), source: .plan))
    }

    /// What the log's counter says.
    func used(_ meter: Meter, in month: Month = Month(of: .now)) async throws -> Int64 {
        let counter = UsageCounter.id(of: meter, in: month, of: tenant)
        return try await database.pool().withConnection { [tenant] connection in
            try connection.execute(
                "SELECT value FROM es.counters WHERE tenant = \(tenant.id) AND counter = \(counter)"
            ).decode(Int64.self).first ?? 0
        }
    }
}
