import Commands
import Events
import Foundation
import TestSupport
import Testing

struct LimitEndpointTests {
    private func limit(_ meter: String, of answer: Office.Answer) throws -> JSON {
        try #require(answer.json["items"].items.first { $0["meter"].text == meter }, "\(answer.text)")
    }

    @Test func `operators give an organization limits of its own, and take them back`() async throws {
        try await Office.run { (office) async throws in
            let path = "/control/orgs/\(try await office.found("acme"))/limits"
            let before = try limit("rooms", of: try await office.send(.get, path))
            #expect(before["source"].text == "default" && before["hard"] == .null)

            let set = try await office.send(.put, path + "/rooms", #"{"hard":5,"soft":4,"reason":"a small plan"}"#)
            #expect(set.status == 200, "\(set.text)")
            let after = try limit("rooms", of: try await office.send(.get, path))
            #expect(after["source"].text == "override" && after["reason"].text == "a small plan")
            #expect(after["hard"] == 5 && after["soft"] == 4)
            #expect(try limit("users", of: set)["source"].text == "default")

            let gone = try await office.send(.delete, path + "/rooms")
            #expect(try limit("rooms", of: gone)["source"].text == "default")
        }
    }

    @Test func `what is no limit is refused and changes nothing`() async throws {
        try await Office.run { (office) async throws in
            let path = "/control/orgs/\(try await office.found("acme"))/limits"
            let upside = try await office.send(.put, path + "/rooms", #"{"hard":5,"soft":6,"reason":"x"}"#)
            #expect(upside.status == 422 && upside.code == "limit.invalid")
            #expect(try await office.send(.put, path + "/moods", #"{"hard":5,"reason":"x"}"#).status == 404)
            #expect(try await office.send(.put, path + "/rooms", #"{"hard":5}"#).status == 400)
            #expect(try limit("rooms", of: try await office.send(.get, path))["source"].text == "default")
        }
    }
}
