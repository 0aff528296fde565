import Events
import GatewayHTTP
import HTTPTypes
import Testing

struct UserEndpointTests {
    @Test func `the caller learns who they are and takes another name`() async throws {
        try await Premises.run { premises in
            let me = try await premises.send(.get, "/api/me")
            #expect(me.status == 200)
            #expect(me.json.names == ["id", "handle", "name", "kind", "role", "active", "version"])
            #expect(me.id == "\(premises.owner.id)")
            #expect(me["role"].text == "owner")
            #expect(me.headers[.eTag] == "\"1\"")

            let renamed = try await premises.send(.patch, "/api/me", #"{"name":"Grace Hopper"}"#)
            #expect(renamed.status == 200)
            #expect(renamed["name"].text == "Grace Hopper")
            #expect(renamed.headers[.eTag] == "\"2\"")
            #expect(renamed.headers[.daybookPosition] != nil)
            #expect(try await premises.send(.get, "/api/me", since: renamed)["name"].text == "Grace Hopper")
        }
    }

    @Test func `an administrator adds a user, who is then there`() async throws {
        try await Premises.run { premises in
            let added = try await premises.send(
                .post,
                "/api/users",
                #"{"handle":"Ada","name":"Ada L.","role":"admin","kind":"agent"}"#
            )
            #expect(added.status == 201)
            #expect(added.text.hasPrefix(#"{"id":"user_"#))
            #expect(added["handle"].text == "ada")
            #expect(added["role"].text == "admin")
            #expect(added["kind"].text == "agent")
            #expect(added["active"].bool == true)
            let read = try await premises.send(.get, "/api/users/\(added.id)", since: added)
            #expect(read.status == 200)
            #expect(read.json == added.json)
            #expect(read.headers[.eTag] == added.headers[.eTag])
        }
    }

    @Test func `what a new user may not be is refused with its field`() async throws {
        try await Premises.run { premises in
            let path = "/api/users"
            try await premises.send(.post, path, #"{"handle":"a b","name":"x"}"#).expectProblem(
                422,
                "user.handle_invalid",
                at: ["/handle"]
            )
            try await premises.send(.post, path, #"{"handle":"ok","name":" "}"#).expectProblem(
                422,
                "user.name_invalid",
                at: ["/name"]
            )
            try await premises.send(.post, path, #"{"handle":"owner","name":"x"}"#).expectProblem(
                409,
                "user.handle_taken",
                at: ["/handle"]
            )
            try await premises.send(.post, path, #"{"handle":"x","name":"x","role":"king"}"#).expectProblem(
                400,
                "json.wrong_type",
                at: ["/role"]
            )
            let ada = try await premises.person("ada")
            try await premises.send(.post, path, #"{"handle":"x","name":"x"}"#, as: ada).expectProblem(
                403,
                "role.administrator_required"
            )
        }
    }

    @Test func `roles change, and users are let out and in again`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let path = "/api/users/\(ada.id)"
            #expect(try await premises.send(.patch, path, #"{"role":"admin"}"#)["role"].text == "admin")
            #expect(try await premises.send(.patch, path, #"{"name":"Countess"}"#)["name"].text == "Countess")
            try await premises.send(.patch, path, "{}").expectProblem(422, "user.nothing_to_change")
            try await premises.send(.patch, path, #"{"name":"x","role":"member"}"#).expectProblem(
                422,
                "user.one_change"
            )

            #expect(try await premises.send(.post, "\(path)/deactivate")["active"].bool == false)
            try await premises.send(.patch, "/api/me", #"{"name":"x"}"#, as: ada).expectProblem(403, "user.deactivated")
            #expect(try await premises.send(.post, "\(path)/reactivate")["active"].bool == true)
            #expect(try await premises.send(.patch, "/api/me", #"{"name":"Ada"}"#, as: ada).status == 200)
        }
    }

    @Test func `the last owner stays`() async throws {
        try await Premises.run { premises in
            let path = "/api/users/\(premises.owner.id)"
            try await premises.send(.post, "\(path)/deactivate").expectProblem(409, "owner.last")
            try await premises.send(.patch, path, #"{"role":"member"}"#).expectProblem(409, "owner.last")
        }
    }

    @Test func `users are listed in pages, back and forth`() async throws {
        try await Premises.run { premises in
            var ids = ["\(premises.owner.id)"]
            var last: Answer?
            for number in 1...4 {
                last = try await premises.send(.post, "/api/users", #"{"handle":"u\#(number)","name":"U"}"#)
                ids.append(last?.id ?? "")
            }
            ids.sort()
            let first = try await premises.send(.get, "/api/users?limit=2", since: last)
            #expect(first["items"].items.map { $0["id"].text } == Array(ids[0..<2]))
            #expect(first["prev_cursor"] == .null)
            let second = try await premises.send(.get, "/api/users?limit=2&cursor=\(first["next_cursor"].text ?? "")")
            #expect(second["items"].items.map { $0["id"].text } == Array(ids[2..<4]))
            let third = try await premises.send(.get, "/api/users?limit=2&cursor=\(second["next_cursor"].text ?? "")")
            #expect(third["items"].items.map { $0["id"].text } == Array(ids[4...]))
            #expect(third["next_cursor"] == .null)
            let back = try await premises.send(.get, "/api/users?limit=2&cursor=\(third["prev_cursor"].text ?? "")")
            #expect(back["items"] == second["items"])
        }
    }

    @Test func `a user who is not there is 404, whatever the identifier`() async throws {
        try await Premises.run { premises in
            for id in ["\(UserID())", "user_1", "room_01908a5e-0000-7000-8000-000000000000", "%00"] {
                try await premises.send(.get, "/api/users/\(id)").expectProblem(404, "user.not_found")
                try await premises.send(.patch, "/api/users/\(id)", #"{"role":"guest"}"#).expectProblem(
                    404,
                    "user.not_found"
                )
            }
        }
    }
}
