import Commands
import EventStore
import Events
import TestSupport
import Testing

struct AsOfTests {
    /// What one deed after another makes of a room, a message and a user, each with the position after it.
    private struct Tale {
        let premises: Premises
        let auditor: Premises.Person

        func position() async throws -> Position {
            try await premises.handler.log.currentHeads()[premises.tenant.partition] ?? 0
        }

        func asOf(_ query: String) async throws -> Answer {
            try await premises.send(.get, "/api/audit/as-of?\(query)", as: auditor)
        }
    }

    private func tell(_ body: @Sendable (Tale) async throws -> Void) async throws {
        try await Premises.run { premises in
            try await body(Tale(premises: premises, auditor: try await premises.person("auditor", .auditor)))
        }
    }

    @Test func `a room is what it was, and its members were who they were`() async throws {
        try await tell { tale in
            let premises = tale.premises
            let ada = try await premises.person("ada")
            let before = try await tale.position()
            let room = try await premises.room("first", members: [ada]).id
            let opened = try await tale.position()
            try await premises.send(.patch, "/api/rooms/\(room)", #"{"name":"second"}"#)
            try await premises.send(.delete, "/api/rooms/\(room)/members/\(ada.id)")
            let without = try await tale.position()
            try await premises.send(.post, "/api/rooms/\(room)/archive")

            try await tale.asOf("entity=\(room)&position=\(before)").expectProblem(404, "audit.not_there")
            let first = try await tale.asOf("entity=\(room)&position=\(opened)")
            #expect(first["room"]["name"].text == "first" && first["room"]["archived"] == .bool(false))
            #expect(first["room"]["members"].items.count == 2 && first["position"].int == opened)
            let second = try await tale.asOf("entity=\(room)&position=\(without)")
            #expect(second["room"]["name"].text == "second")
            #expect(second["room"]["members"].items.map { $0["user_id"].text } == ["\(premises.owner.id)"])
            #expect(try await tale.asOf("entity=\(room)")["room"]["archived"] == .bool(true))

            let member = "entity=\(room)&member=\(ada.id)"
            let inside = try await tale.asOf("\(member)&position=\(opened)")
            #expect(inside["member"]["role"].text == "member" && inside["room"] == .null)
            #expect(inside["member"]["since"] == first["room"]["created_at"])
            try await tale.asOf("\(member)&position=\(without)").expectProblem(404, "audit.not_there")
        }
    }

    @Test func `a message is what it was, before and after its deletion`() async throws {
        try await tell { tale in
            let premises = tale.premises
            let room = try await premises.room().id
            let message = try await premises.post("first", in: room).id
            let posted = try await tale.position()
            try await premises.send(.put, "/api/messages/\(message)/reactions/%F0%9F%91%8D")
            try await premises.send(.patch, "/api/messages/\(message)", #"{"body":"second"}"#)
            let edited = try await tale.position()
            try await premises.send(.delete, "/api/messages/\(message)")

            let first = try await tale.asOf("entity=\(message)&position=\(posted)")["message"]
            #expect(first["body"].text == "first" && first["forms"].items.count == 1 && first["reactions"].items == [])
            let second = try await tale.asOf("entity=\(message)&position=\(edited)")["message"]
            #expect(second["body"].text == "second" && second["version"].int == 3 && second["deletion"] == .null)
            #expect(second["forms"].items.map { $0["body"].text } == ["first", "second"])
            #expect(second["reactions"].items.map { $0["user_id"].text } == ["\(premises.owner.id)"])
            let now = try await tale.asOf("entity=\(message)")["message"]
            #expect(now["body"] == .null && now["reactions"].items == [])
            #expect(now["deletion"]["by"].text == "\(premises.owner.id)")
            #expect(now["forms"].items.map { $0["body"].text } == ["first", "second"])
        }
    }

    @Test func `a range-delete deletes the messages that it names, from then on`() async throws {
        try await tell { tale in
            let premises = tale.premises
            let room = try await premises.room().id
            let (first, second) = (try await premises.post("1", in: room).id, try await premises.post("2", in: room).id)
            let before = try await tale.position()
            let deletion = try await premises.send(
                .post,
                "/api/rooms/\(room)/messages/range-delete",
                #"{"from_seq":2,"to_seq":9,"reason":"spam"}"#
            )
            #expect(deletion.status == 204, "\(deletion.text)")
            let third = try await premises.post("3", in: room).id

            #expect(try await tale.asOf("entity=\(second)&position=\(before)")["message"]["body"].text == "2")
            let gone = try await tale.asOf("entity=\(second)")["message"]
            #expect(gone["body"] == .null && gone["deletion"]["reason"].text == "spam")
            #expect(gone["deletion"]["by"].text == "\(premises.owner.id)")
            #expect(try await tale.asOf("entity=\(first)")["message"]["body"].text == "1")
            #expect(try await tale.asOf("entity=\(third)")["message"]["body"].text == "3")
        }
    }

    @Test func `a time stands for the last position recorded by then`() async throws {
        try await tell { tale in
            let premises = tale.premises
            let ada = try await premises.person("ada", .guest)
            let joined = try await tale.position()
            try await premises.send(.patch, "/api/users/\(ada.id)", #"{"role":"member"}"#)
            let events = try await premises.handler.log.read(stream: ada.id.uuid, of: premises.tenant, after: 0)
            let (first, second) = (events[0].recordedAt, events[1].recordedAt)

            let then = try await tale.asOf("entity=\(ada.id)&time=\(Timestamp(microseconds: second - 1))")
            #expect(then["user"]["role"].text == "guest" && then["position"].int == joined)
            let now = try await tale.asOf("entity=\(ada.id)&time=\(Timestamp(microseconds: second))")
            #expect(now["user"]["role"].text == "member" && now["user"]["handle"].text == "ada")
            try await tale.asOf("entity=\(ada.id)&time=\(Timestamp(microseconds: first - 1))")
                .expectProblem(404, "audit.not_there")
        }
    }

    @Test func `a question that makes no sense is refused`() async throws {
        try await tell { tale in
            let user = "entity=\(tale.auditor.id)"
            for query in ["", "position=1"] { try await tale.asOf(query).expectProblem(400, "query.missing") }
            for query in ["entity=x", "\(user)&time=now", "\(user)&position=-1", "\(user)&member=me"] {
                try await tale.asOf(query).expectProblem(400, "query.bad_value")
            }
            for query in ["\(user)&position=1&time=2026-01-01T00:00:00Z", "\(user)&member=\(tale.auditor.id)"] {
                try await tale.asOf(query).expectProblem(400, "query.conflict")
            }
            try await tale.asOf("\(user)&position=1000000").expectProblem(400, "audit.position_ahead")
            try await tale.asOf("entity=\(RoomID())").expectProblem(404, "audit.not_there")
        }
    }
}
