import Events
import GatewayHTTP
import HTTPTypes
import Testing

struct RoomEndpointTests {
    @Test func `a room is opened and answered as it then reads`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let body =
                #"{"name":"general","kind":"private","topic":"all","members":["\#(ada.id)","\#(premises.owner.id)"]}"#
            let opened = try await premises.send(.post, "/api/rooms", body)
            #expect(opened.status == 201)
            #expect(opened.text.hasPrefix(#"{"id":"room_"#))
            #expect(opened["kind"].text == "private")
            #expect(opened["role"].text == "moderator")
            let read = try await premises.send(.get, "/api/rooms/\(opened.id)", since: opened)
            #expect(read.json == opened.json)
            #expect(read.headers[.eTag] == opened.headers[.eTag])
            let members = try await premises.send(.get, "/api/rooms/\(opened.id)/members")
            let roles = Dictionary(
                uniqueKeysWithValues: members["items"].items.map { ($0["user_id"].text, $0["role"].text) }
            )
            #expect(roles == ["\(premises.owner.id)": "moderator", "\(ada.id)": "member"])
        }
    }

    @Test func `a room is a channel unless it is said otherwise`() async throws {
        try await Premises.run { premises in
            let opened = try await premises.send(.post, "/api/rooms", #"{"name":"general"}"#)
            #expect(opened["kind"].text == "channel")
            #expect(opened["topic"] == .null)
            #expect(opened["archived"].bool == false)
        }
    }

    @Test func `a room changes, closes and opens again`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)"
            let changed = try await premises.send(.patch, path, #"{"name":"lobby","topic":"hello"}"#)
            #expect(changed.status == 200)
            #expect(changed["name"].text == "lobby")
            #expect(changed["topic"].text == "hello")
            #expect(try await premises.send(.patch, path, #"{"topic":"bye"}"#)["name"].text == "lobby")
            #expect(try await premises.send(.post, "\(path)/archive")["archived"].bool == true)
            try await premises.post("x", in: room.id).expectProblem(409, "room.archived")
            #expect(try await premises.send(.post, "\(path)/restore")["archived"].bool == false)
            #expect(try await premises.post("x", in: room.id).status == 201)
        }
    }

    @Test func `members come, change and go`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let bob = try await premises.person("bob")
            let room = try await premises.room(kind: "private")
            let path = "/api/rooms/\(room.id)/members"
            try await premises.send(.get, path, as: ada, since: room).expectProblem(404, "room.not_found")
            let added = try await premises.send(.post, path, #"{"user_ids":["\#(ada.id)","\#(bob.id)"]}"#)
            #expect(added.status == 204)
            #expect(added.text.isEmpty)
            #expect(try await premises.send(.get, path, as: ada, since: added)["items"].items.count == 3)
            let promoted = try await premises.send(.patch, "\(path)/\(ada.id)", #"{"role":"moderator"}"#)
            #expect(promoted["user_id"].text == "\(ada.id)")
            #expect(promoted["role"].text == "moderator")
            let removed = try await premises.send(.delete, "\(path)/\(bob.id)", as: ada)
            #expect(removed.status == 204)
            try await premises.send(.get, "/api/rooms/\(room.id)", as: bob, since: removed).expectProblem(
                404,
                "room.not_found"
            )
            let left = try await premises.send(.delete, "\(path)/\(ada.id)", as: ada)
            #expect(left.status == 204)
            let page = try await premises.send(.get, "\(path)?limit=1", since: left)
            #expect(page["items"][0]["user_id"].text == "\(premises.owner.id)")
            #expect(page["next_cursor"] == .null)
        }
    }

    @Test func `who cannot be a member is pointed at in the request's own words`() async throws {
        try await Premises.run { premises in
            let stranger = UserID()
            let opening = #"{"name":"x","members":["\#(premises.owner.id)","\#(stranger)"]}"#
            try await premises.send(.post, "/api/rooms", opening).expectProblem(
                422,
                "room.user_unknown",
                at: ["/members/1"]
            )
            let room = try await premises.room()
            let adding = #"{"user_ids":["\#(stranger)"]}"#
            let answer = try await premises.send(.post, "/api/rooms/\(room.id)/members", adding)
            answer.expectProblem(422, "room.user_unknown", at: ["/user_ids/0"])
        }
    }

    @Test func `a private room is nobody else's`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let room = try await premises.room(kind: "private")
            let post = try await premises.post("secret", in: room.id)
            for path in ["/api/rooms/\(room.id)", "/api/rooms/\(room.id)/messages", "/api/rooms/\(room.id)/members"] {
                try await premises.send(.get, path, as: ada, since: post).expectProblem(404, "room.not_found")
            }
            for path in [
                "/api/messages/\(post.id)", "/api/messages/\(post.id)/history", "/api/messages/\(post.id)/thread",
            ] {
                try await premises.send(.get, path, as: ada).expectProblem(404, "message.not_found")
            }
            try await premises.send(.patch, "/api/rooms/\(room.id)", #"{"name":"x"}"#, as: ada).expectProblem(
                404,
                "room.not_found"
            )
            try await premises.post("x", in: room.id, as: ada).expectProblem(404, "room.not_found")
            try await premises.send(.patch, "/api/messages/\(post.id)", #"{"body":"x"}"#, as: ada).expectProblem(
                404,
                "message.not_found"
            )
            try await premises.send(.delete, "/api/messages/\(post.id)", as: ada).expectProblem(
                404,
                "message.not_found"
            )
            try await premises.send(.put, "/api/messages/\(post.id)/reactions/x", as: ada).expectProblem(
                404,
                "message.not_found"
            )
            #expect(try await premises.send(.get, "/api/rooms", as: ada)["items"].items.isEmpty)
        }
    }

    @Test func `another tenant's token opens nothing here`() async throws {
        try await Premises.run { premises in
            let elsewhere = try await premises.database.makeTenant(partition: premises.tenant.partition)
            let stranger = try await premises.person("stranger", .owner, in: elsewhere)
            let room = try await premises.room()
            let post = try await premises.post("x", in: room.id)
            let ada = try await premises.person("ada")
            for (path, code) in [
                ("/api/rooms/\(room.id)", "room.not_found"), ("/api/rooms/\(room.id)/messages", "room.not_found"),
                ("/api/messages/\(post.id)", "message.not_found"), ("/api/users/\(ada.id)", "user.not_found"),
            ] {
                try await premises.send(.get, path, as: stranger).expectProblem(404, code)
            }
            try await premises.post("x", in: room.id, as: stranger).expectProblem(404, "room.not_found")
            try await premises.send(.post, "/api/rooms/\(room.id)/archive", as: stranger).expectProblem(
                404,
                "room.not_found"
            )
            try await premises.send(.delete, "/api/messages/\(post.id)", as: stranger).expectProblem(
                404,
                "message.not_found"
            )
            try await premises.send(.post, "/api/users/\(ada.id)/deactivate", as: stranger).expectProblem(
                404,
                "user.not_found"
            )
            let inviting = #"{"name":"x","members":["\#(ada.id)"]}"#
            try await premises.send(.post, "/api/rooms", inviting, as: stranger).expectProblem(422, "room.user_unknown")
            try await premises.send(.get, "/api/rooms", as: stranger, since: post).expectProblem(400, "bad_position")
        }
    }

    @Test func `an identifier of another kind names nothing, whoever asked for it before`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let message = try await premises.post("x", in: room.id)
            let (ofRoom, ofMessage) = (String(room.id.dropFirst(5)), String(message.id.dropFirst(4)))
            for uuid in [ofRoom, ofMessage, "00000000-0000-0000-0000-000000000000"] {
                let body = #"{"body":"y","thread_id":"msg_\#(uuid)"}"#
                let status = try await premises.send(.post, "/api/rooms/room_\(uuid)/messages", body).status
                #expect(status == 404 || status == 422)
                if uuid != ofRoom {
                    let rename = try await premises.send(.patch, "/api/rooms/room_\(uuid)", #"{"name":"y"}"#)
                    rename.expectProblem(404, "room.not_found")
                }
            }
            premises.handler.clearCache()
            let rename = try await premises.send(.patch, "/api/rooms/room_\(ofMessage)", #"{"name":"y"}"#)
            rename.expectProblem(404, "room.not_found")
        }
    }
}
