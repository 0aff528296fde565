import GatewayHTTP
import HTTPTypes
import Testing

struct IdempotencyTests {
    private func key(_ text: String) -> HTTPFields { [.idempotencyKey: text] }

    @Test func `the same key and body give the first answer again`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            for (path, body) in [
                ("/api/rooms", #"{"name":"x"}"#), ("/api/users", #"{"handle":"x","name":"X"}"#),
                ("/api/rooms/\(room.id)/messages", #"{"body":"hi @owner"}"#),
            ] {
                let first = try await premises.send(.post, path, body, headers: key("k"))
                let second = try await premises.send(.post, path, body, headers: key("k"))
                #expect(first.status == 201)
                #expect(second.status == 201)
                #expect(second.text == first.text)
                #expect(second.headers[.daybookPosition] == first.headers[.daybookPosition])
                #expect(second.headers[.eTag] == first.headers[.eTag])
            }
            let posts = try await premises.send(
                .get,
                "/api/rooms/\(room.id)/messages",
                since: try await premises.post("end", in: room.id)
            )
            #expect(posts["items"].items.count == 2)
        }
    }

    @Test func `the same key with another body is refused`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)/messages"
            _ = try await premises.send(.post, path, #"{"body":"one"}"#, headers: key("k"))
            try await premises.send(.post, path, #"{"body":"two"}"#, headers: key("k")).expectProblem(
                422,
                "idempotency_key_reused"
            )
            _ = try await premises.send(.patch, "/api/me", #"{"name":"one"}"#, headers: key("k"))
            try await premises.send(.patch, "/api/me", #"{"name":"two"}"#, headers: key("k")).expectProblem(
                422,
                "idempotency_key_reused"
            )
        }
    }

    @Test func `a key is its own user's`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let room = try await premises.room(members: [ada])
            let path = "/api/rooms/\(room.id)/messages"
            let mine = try await premises.send(.post, path, #"{"body":"x"}"#, headers: key("k"))
            let hers = try await premises.send(.post, path, #"{"body":"x"}"#, as: ada, headers: key("k"))
            #expect(hers.status == 201)
            #expect(hers.id != mine.id)
        }
    }

    @Test func `a client nonce makes a retried post the same message`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)/messages"
            let first = try await premises.send(.post, path, #"{"body":"x","client_nonce":"n"}"#)
            let second = try await premises.send(.post, path, #"{"body":"x","client_nonce":"n"}"#)
            #expect(second.text == first.text)
            // Also under another key, which makes it another request.
            let third = try await premises.send(.post, path, #"{"body":"x","client_nonce":"n"}"#, headers: key("other"))
            #expect(third.status == 201)
            #expect(third.text == first.text)
            let other = #"{"body":"y","client_nonce":"n"}"#
            try await premises.send(.post, path, other).expectProblem(422, "idempotency_key_reused")
            try await premises.send(.post, path, other, headers: key("third")).expectProblem(422, "message.id_reused")
        }
    }

    @Test func `without a key every post is another message`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let (first, second) = (try await premises.post("x", in: room.id), try await premises.post("x", in: room.id))
            #expect(first.id != second.id)
        }
    }

    @Test(arguments: ["", String(repeating: "k", count: 256), "ä"])
    func `a key that is none is refused`(_ text: String) async throws {
        try await Premises.run { premises in
            try await premises.send(.patch, "/api/me", #"{"name":"x"}"#, headers: key(text)).expectProblem(
                400,
                "bad_idempotency_key"
            )
        }
    }
}
