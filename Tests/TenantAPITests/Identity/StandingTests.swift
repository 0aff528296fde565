import Commands
import EventStore
import Events
import GatewayHTTP
import HTTPTypes
import TenantAPI
import Testing

struct StandingTests {
    /// Every route, with identifiers that are nobody's.
    private func requests(_ premises: Premises) -> [(HTTPRequest.Method, String, String?)] {
        let (user, room, message) = ("\(UserID())", "\(RoomID())", "\(MessageID())")
        return [
            (.get, "/api/users", nil), (.post, "/api/users", #"{"handle":"x","name":"x"}"#),
            (.get, "/api/users/\(user)", nil),
            (.patch, "/api/me", #"{"name":"x"}"#), (.patch, "/api/users/\(premises.owner.id)", #"{"name":"x"}"#),
            (.post, "/api/users/\(premises.owner.id)/deactivate", nil),
            (.post, "/api/users/\(premises.owner.id)/reactivate", nil),
            (.get, "/api/rooms", nil), (.post, "/api/rooms", #"{"name":"x"}"#), (.get, "/api/rooms/\(room)", nil),
            (.patch, "/api/rooms/\(room)", #"{"name":"x"}"#), (.post, "/api/rooms/\(room)/archive", nil),
            (.post, "/api/rooms/\(room)/restore", nil), (.get, "/api/rooms/\(room)/members", nil),
            (.post, "/api/rooms/\(room)/members", #"{"user_ids":[]}"#),
            (.patch, "/api/rooms/\(room)/members/\(user)", #"{"role":"member"}"#),
            (.delete, "/api/rooms/\(room)/members/\(user)", nil), (.get, "/api/rooms/\(room)/messages", nil),
            (.post, "/api/rooms/\(room)/messages", #"{"body":"x"}"#),
            (.post, "/api/rooms/\(room)/messages/range-delete", #"{"from_seq":1,"to_seq":2}"#),
            (.put, "/api/rooms/\(room)/read-marker", #"{"message_id":"\#(message)"}"#), (.get, "/api/unread", nil),
            (.get, "/api/messages/\(message)", nil), (.patch, "/api/messages/\(message)", #"{"body":"x"}"#),
            (.delete, "/api/messages/\(message)", nil), (.get, "/api/messages/\(message)/history", nil),
            (.get, "/api/messages/\(message)/thread", nil), (.put, "/api/messages/\(message)/reactions/x", nil),
            (.delete, "/api/messages/\(message)/reactions/x", nil),
        ]
    }

    @Test func `an auditor learns who they are and nothing else`() async throws {
        try await Premises.run { premises in
            let auditor = try await premises.person("auditor", .auditor)
            for (method, path, body) in requests(premises) {
                let answer = try await premises.send(method, path, body, as: auditor)
                #expect(answer.status == 403, "\(method) \(path)")
                answer.expectProblem(403, "role.auditor_reads_only")
            }
            #expect(try await premises.send(.get, "/api/me", as: auditor)["role"].text == "auditor")
        }
    }

    @Test func `whoever is deactivated or was never here is refused everywhere`() async throws {
        try await Premises.run { premises in
            let gone = try await premises.person("gone")
            _ = try await premises.send(.post, "/api/users/\(gone.id)/deactivate")
            let stranger = UserID()
            let token = try await premises.control.open(tenant: premises.tenant, user: stranger).token
            for (method, path, body) in requests(premises) + [(.get, "/api/me", nil)] {
                try await premises.send(method, path, body, as: gone).expectProblem(403, "user.deactivated")
                let other = Premises.Person(id: stranger, token: token)
                try await premises.send(method, path, body, as: other).expectProblem(403, "user.not_in_tenant")
            }
        }
    }

    @Test func `a deactivation holds for reads a second later`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            #expect(try await premises.send(.get, "/api/users", as: ada).status == 200)
            _ = try await premises.send(.post, "/api/users/\(ada.id)/deactivate")
            try await Task.sleep(for: .milliseconds(1100))
            try await premises.send(.get, "/api/users", as: ada).expectProblem(403, "user.deactivated")
        }
    }

    @Test func `a guest sees the rooms that they were invited to`() async throws {
        try await Premises.run { premises in
            let guest = try await premises.person("guest", .guest)
            let open = try await premises.room("open")
            let invited = try await premises.room("invited", members: [guest])
            let rooms = try await premises.send(.get, "/api/rooms", as: guest, since: invited)
            #expect(rooms["items"].items.map { $0["id"].text } == [invited.id])
            try await premises.send(.get, "/api/rooms/\(open.id)", as: guest).expectProblem(404, "room.not_found")
            try await premises.send(.get, "/api/rooms/\(open.id)/messages", as: guest).expectProblem(
                404,
                "room.not_found"
            )
            try await premises.send(.post, "/api/rooms", #"{"name":"x"}"#, as: guest).expectProblem(
                403,
                "role.guest_not_allowed"
            )
            #expect(try await premises.post("hi", in: invited.id, as: guest).status == 201)
        }
    }

    @Test func `the endpoints say whom their commands let in`() async throws {
        try await Premises.run { premises in
            let guest = try await premises.person("guest", .guest)
            let member = try await premises.person("member")
            try await premises.send(.post, "/api/users", #"{"handle":"x","name":"x"}"#, as: guest).expectProblem(
                403,
                "role.administrator_required"
            )
            for person in [guest, member] {
                let answer = try await premises.send(.post, "/api/users/\(premises.owner.id)/deactivate", as: person)
                answer.expectProblem(403, "role.administrator_required")
            }
        }
    }
}
