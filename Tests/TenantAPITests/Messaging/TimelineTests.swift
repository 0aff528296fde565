import Events
import GatewayHTTP
import HTTPTypes
import Testing

struct TimelineTests {
    private func numbers(_ answer: Answer) -> [Int] {
        answer["items"].items.compactMap { $0["seq"].int.map { Int($0) } }
    }

    private func withRoom(
        of count: Int,
        _ body: @Sendable (Premises, String, [Answer]) async throws -> Void
    ) async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            var posts: [Answer] = []
            for number in 1...count { posts.append(try await premises.post("\(number)", in: room.id)) }
            _ = try await premises.send(.get, "/api/me", since: posts.last)
            try await body(premises, room.id, posts)
        }
    }

    @Test func `the newest page comes first, oldest message first, and pages go to the beginning and back`()
        async throws
    {
        try await withRoom(of: 7) { premises, room, _ in
            let path = "/api/rooms/\(room)/messages"
            let newest = try await premises.send(.get, "\(path)?limit=3")
            #expect(numbers(newest) == [5, 6, 7])
            #expect(newest["next_cursor"] == .null)
            let middle = try await premises.send(.get, "\(path)?limit=3&cursor=\(newest["prev_cursor"].text ?? "")")
            #expect(numbers(middle) == [2, 3, 4])
            let oldest = try await premises.send(.get, "\(path)?limit=3&cursor=\(middle["prev_cursor"].text ?? "")")
            #expect(numbers(oldest) == [1])
            #expect(oldest["prev_cursor"] == .null)
            // What is posted meanwhile shifts no page.
            let posted = try await premises.post("8", in: room)
            let again = try await premises.send(
                .get,
                "\(path)?limit=3&cursor=\(newest["prev_cursor"].text ?? "")",
                since: posted
            )
            #expect(again["items"] == middle["items"])
            let forth = try await premises.send(.get, "\(path)?limit=3&cursor=\(oldest["next_cursor"].text ?? "")")
            #expect(numbers(forth) == [2, 3, 4])
            let further = try await premises.send(.get, "\(path)?limit=3&cursor=\(forth["next_cursor"].text ?? "")")
            #expect(numbers(further) == [5, 6, 7])
            let end = try await premises.send(.get, "\(path)?limit=3&cursor=\(further["next_cursor"].text ?? "")")
            #expect(numbers(end) == [8])
            #expect(end["next_cursor"] == .null)
            #expect(end["prev_cursor"] != .null)
        }
    }

    @Test func `pages stand before, after and around a message or a number`() async throws {
        try await withRoom(of: 7) { premises, room, posts in
            let path = "/api/rooms/\(room)/messages?limit=3"
            for anchor in [posts[3].id, "seq:4"] {
                #expect(numbers(try await premises.send(.get, "\(path)&before=\(anchor)")) == [1, 2, 3])
                #expect(numbers(try await premises.send(.get, "\(path)&after=\(anchor)")) == [5, 6, 7])
                let around = try await premises.send(.get, "\(path)&around=\(anchor)")
                #expect(numbers(around) == [3, 4, 5])
                #expect(around["next_cursor"] != .null)
                #expect(around["prev_cursor"] != .null)
            }
            let end = try await premises.send(.get, "\(path)&around=seq:7")
            #expect(numbers(end) == [6, 7])
            #expect(end["next_cursor"] == .null)
            #expect(numbers(try await premises.send(.get, "\(path)&after=seq:0")) == [1, 2, 3])
            #expect(numbers(try await premises.send(.get, "\(path)&after=seq:7")).isEmpty)
            #expect(numbers(try await premises.send(.get, "\(path)&before=seq:1")).isEmpty)
            #expect(try await premises.send(.get, "\(path)&after=seq:9223372036854775807").status == 200)
            #expect(try await premises.send(.get, "\(path)&before=seq:0").status == 200)
        }
    }

    @Test func `anchors that are none are refused`() async throws {
        try await withRoom(of: 1) { premises, room, posts in
            let path = "/api/rooms/\(room)/messages"
            let other = try await premises.room("other")
            let foreign = try await premises.post("x", in: other.id)
            for text in ["x", "seq:", "seq:-1", "seq:x", "seq:99999999999999999999"] {
                try await premises.send(.get, "\(path)?before=\(text)").expectProblem(400, "query.bad_value")
            }
            try await premises.send(.get, "\(path)?around=\(foreign.id)", since: foreign).expectProblem(
                404,
                "message.not_found"
            )
            try await premises.send(.get, "\(path)?before=seq:1&after=seq:1").expectProblem(400, "query.conflict")
        }
    }

    @Test func `limits and cursors that are none are refused`() async throws {
        try await withRoom(of: 3) { premises, room, _ in
            let path = "/api/rooms/\(room)/messages"
            for limit in ["0", "201", "-1", "x", "1.5", "+5", ""] {
                try await premises.send(.get, "\(path)?limit=\(limit)").expectProblem(400, "query.bad_value")
            }
            #expect(try await premises.send(.get, "\(path)?limit=200").status == 200)
            let page = try await premises.send(.get, "\(path)?limit=1")
            let cursor = page["prev_cursor"].text ?? ""
            let ada = try await premises.person("ada")
            let other = try await premises.room("other")
            for (path, person) in [
                ("\(path)?cursor=x", premises.owner), ("\(path)?cursor=\(cursor)A", premises.owner),
                ("\(path)?cursor=\(cursor)", ada),
                ("/api/rooms/\(other.id)/messages?cursor=\(cursor)", premises.owner),
                ("/api/users?cursor=\(cursor)", premises.owner),
            ] {
                try await premises.send(.get, path, as: person, since: other).expectProblem(400, "bad_cursor")
            }
            try await premises.send(.get, "\(path)?page=2").expectProblem(400, "query.unknown_parameter")
            try await premises.send(.get, "\(path)?limit=2&limit=3").expectProblem(400, "query.duplicate_parameter")
        }
    }
}
