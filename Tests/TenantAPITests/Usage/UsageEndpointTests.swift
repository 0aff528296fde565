import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20)))
struct UsageEndpointTests {
    @Test func `administrators see what all use, members their own messages`() async throws {
        try await Premises.run { (premises) async throws in
            let ada = try await premises.person("ada")
            let room = try await premises.send(.post, "/api/rooms", #"{"name":"general","kind":"channel"}"#)
            let post = "/api/rooms/\(room.id)/messages"
            let join = #"{"user_ids":["\#(ada.id)"]}"#
            #expect(try await premises.send(.post, "/api/rooms/\(room.id)/members", join).status < 300)
            try await premises.send(.post, post, #"{"body":"one"}"#)
            try await premises.send(.post, post, #"{"body":"two"}"#, as: ada)
            let last = try await premises.send(.post, post, #"{"body":"three"}"#, as: ada)

            let all = try await premises.send(.get, "/api/usage", since: last).json["items"].items
            #expect(all.map { $0["meter"].text } == ["messages", "rooms", "users"])
            #expect(all.map { $0["quantity"].int } == [3, 1, 2])
            let byUser = try await premises.send(.get, "/api/usage?group=user", since: last).json["items"].items
            #expect(Set(byUser.map { $0["user_id"].text }) == ["\(ada.id)", "\(premises.owner.id)"])
            #expect(byUser.first { $0["user_id"].text == "\(ada.id)" }?["quantity"].int == 2)
            let byRoom = try await premises.send(.get, "/api/usage?group=room&meter=messages").json["items"].items
            #expect(byRoom.map { $0["room_id"].text } == [room.id] && byRoom[0]["quantity"].int == 3)
            let byDay = try await premises.send(.get, "/api/usage?group=day&meter=users").json["items"].items
            #expect(byDay.last?["day"].text == "\(Day(of: .now))" && byDay.last?["quantity"].int == 2)

            let own = try await premises.send(.get, "/api/usage", as: ada, since: last).json["items"].items
            #expect(own.map { $0["meter"].text } == ["messages"] && own[0]["quantity"].int == 2)
            let others = ["meter=rooms", "by_user=\(premises.owner.id)", "in_room=\(room.id)"]
            for query in others {
                try await premises.send(.get, "/api/usage?\(query)", as: ada)
                    .expectProblem(403, "role.administrator_required")
            }
        }
    }

    @Test func `what cannot be asked is refused`() async throws {
        try await Premises.run { (premises) async throws in
            for query in ["from_day=2026-02-30", "to_day=yesterday", "meter=bytes", "group=hour", "by_user=ada"] {
                try await premises.send(.get, "/api/usage?\(query)").expectProblem(400, "query.bad_value")
            }
            for query in ["from_day=2026-02-02&to_day=2026-02-01", "from_day=2020-01-01&to_day=2026-01-01"] {
                try await premises.send(.get, "/api/usage?\(query)").expectProblem(400, "usage.bad_days")
            }
            try await premises.send(.get, "/api/usage?group=user&meter=rooms").expectProblem(400, "usage.bad_group")
        }
    }

    @Test func `a limit that is reached is told, and who may set it sees it`() async throws {
        try await Premises.run { (premises) async throws in
            let system = CommandContext(caller: Caller(tenant: premises.tenant, actor: .system, user: nil))
            let granted = SetLimit(meter: .rooms, limit: MeterLimit(hard: 5, soft: 4), source: .plan)
            _ = try await premises.handler.handle(granted, in: system)
            try await premises.send(.put, "/api/limits/rooms", #"{"hard":6}"#)
                .expectProblem(409, "limit.above_granted", at: ["/hard"])
            try await premises.send(.put, "/api/limits/rooms", #"{"hard":-1}"#).expectProblem(422, "limit.invalid")
            try await premises.send(.put, "/api/limits/bytes", #"{"hard":1}"#).expectProblem(404, "meter.not_found")
            let set = try await premises.send(.put, "/api/limits/rooms", #"{"hard":1}"#)
            #expect(set.status == 204)

            let body = #"{"name":"general","kind":"channel"}"#
            #expect(try await premises.send(.post, "/api/rooms", body).status == 201)
            let refused = try await premises.send(.post, "/api/rooms", body)
            refused.expectProblem(403, "limit.reached")
            #expect(refused["limit"]["meter"] == "rooms" && refused["limit"]["limit"].int == 1)
            #expect(refused["limit"]["used"].int == 1)

            let limits = try await premises.send(.get, "/api/limits", since: set).json["items"].items
            let rooms = try #require(limits.first { $0["meter"] == "rooms" })
            #expect(rooms["hard"].int == 1 && rooms["soft"].int == 4 && rooms["used"].int == 1)
            #expect(rooms["granted_hard"].int == 5 && rooms["own_hard"].int == 1 && rooms["source"] == "plan")
            #expect(rooms["period_ends_at"] == .null)
            let messages = try #require(limits.first { $0["meter"] == "messages" })
            #expect(messages["hard"] == .null && messages["source"] == "default")
            #expect(messages["period_ends_at"].text == "\(Month(of: .now).end)")
        }
    }

    @Test func `the current month is there before it is closed`() async throws {
        try await Premises.run { (premises) async throws in
            let room = try await premises.send(.post, "/api/rooms", #"{"name":"general","kind":"channel"}"#)
            let said = try await premises.send(.post, "/api/rooms/\(room.id)/messages", #"{"body":"one"}"#)
            let periods = try await premises.send(.get, "/api/billing/periods", since: said).json["items"].items
            #expect(periods.map { $0["period"].text } == ["\(Month(of: .now))"])
            let quantities = periods[0]["quantities"].items.filter { $0["quantity"] != 0 }
            #expect(quantities.map { $0["meter"].text } == ["messages", "users", "rooms"])
            #expect(quantities.allSatisfy { $0["quantity"] == 1 })
            #expect(periods[0]["closed_at"] == .null)
        }
    }
}
