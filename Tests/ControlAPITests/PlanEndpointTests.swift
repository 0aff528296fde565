import Commands
import Events
import Foundation
import TestSupport
import Testing

struct PlanEndpointTests {
    private func item(_ key: String, _ value: String, of answer: Office.Answer) throws -> JSON {
        try #require(answer.json["items"].items.first { $0[key].text == value }, "\(answer.text)")
    }

    @Test func `a plan is defined, defined anew and retired`() async throws {
        try await Office.run { (office) async throws in
            let path = "/control/plans/pro"
            #expect(try await office.send(.get, path).code == "plan.not_found")
            let defined = try await office.send(.put, path, #"{"limits":[{"meter":"rooms","hard":50,"soft":40}]}"#)
            #expect(defined.status == 200, "\(defined.text)")
            #expect(defined.json["limits"].items.count == 1 && defined.json["limits"].items[0]["hard"] == 50)
            #expect(defined.json["is_rolled_out"] == false && defined.json["retired_at"] == .null)
            #expect(try await office.send(.get, "/control/plans").json["items"].items.count == 1)
            let anew = try await office.send(.put, path, #"{"limits":[{"meter":"users","hard":9}]}"#)
            #expect(anew.json["limits"].items.map { $0["meter"].text } == ["users"])
            #expect(try await office.send(.delete, path).json["retired_at"] != .null)
            let back = try await office.send(.put, path, #"{"limits":[]}"#)
            #expect(back.json["retired_at"] == .null && back.json["limits"].items.isEmpty)
        }
    }

    @Test func `what is no plan is refused and changes nothing`() async throws {
        try await Office.run { (office) async throws in
            let twice = #"{"limits":[{"meter":"rooms","hard":5},{"meter":"rooms","hard":6}]}"#
            #expect(try await office.send(.put, "/control/plans/pro", twice).code == "plan.meter_twice")
            #expect(try await office.send(.put, "/control/plans/Pro", #"{"limits":[]}"#).code == "plan.name_invalid")
            let unknown = try await office.send(.put, "/control/default-plan", #"{"plan":"pro"}"#)
            #expect(unknown.status == 404 && unknown.code == "plan.not_found")
            #expect(try await office.send(.get, "/control/plans").json["items"].items.isEmpty)
        }
    }

    @Test func `the default plan is everybody's, cannot be retired, and is taken back`() async throws {
        try await Office.run { (office) async throws in
            try await office.send(.put, "/control/plans/free", #"{"limits":[{"meter":"rooms","hard":3}]}"#)
            let chosen = try await office.send(.put, "/control/default-plan", #"{"plan":"free"}"#)
            #expect(try item("plan", "free", of: chosen)["is_default"] == true)
            let retired = try await office.send(.delete, "/control/plans/free")
            #expect(retired.status == 409 && retired.code == "plan.is_default")
            let org = try await office.found("acme")
            let limits = try await office.send(.get, "/control/orgs/\(org)/limits")
            #expect(limits.json["default_plan"].text == "free" && limits.json["plan"] == .null)
            let rooms = try item("meter", "rooms", of: limits)
            #expect(rooms["hard"] == 3 && rooms["source"].text == "default" && rooms["default"]["hard"] == 3)
            let none = try await office.send(.delete, "/control/default-plan")
            #expect(try item("plan", "free", of: none)["is_default"] == false)
        }
    }

    @Test func `each meter tells its three limits, which of them holds and why`() async throws {
        try await Office.run { (office) async throws in
            let path = "/control/orgs/\(try await office.found("acme"))"
            try await office.send(
                .put,
                "/control/plans/pro",
                #"{"limits":[{"meter":"rooms","hard":50},{"meter":"users","hard":20}]}"#
            )
            let given = try await office.send(.put, path + "/plan", #"{"plan":"pro","reason":"they asked"}"#)
            #expect(given.status == 200 && given.json["plan"].text == "pro", "\(given.text)")
            let set = try await office.send(.put, path + "/limits/rooms", #"{"hard":70,"reason":"a fair"}"#)
            let rooms = try item("meter", "rooms", of: set)
            #expect(rooms["hard"] == 70 && rooms["source"].text == "override" && rooms["reason"].text == "a fair")
            #expect(rooms["override"]["hard"] == 70 && rooms["plan"]["hard"] == 50 && rooms["default"] == .null)
            let users = try item("meter", "users", of: set)
            #expect(users["source"].text == "plan" && users["reason"].text == "they asked")
            // Nobody relays here.
            #expect(users["is_in_force"] == false)
            #expect(try item("meter", "messages", of: set)["is_in_force"] == true)
            let back = try await office.send(.delete, path + "/plan")
            #expect(try item("meter", "users", of: back)["hard"] == .null && back.json["plan"] == .null)
            #expect(try await office.send(.put, path + "/plan", #"{"plan":"x","reason":"y"}"#).code == "plan.not_found")
        }
    }
}
