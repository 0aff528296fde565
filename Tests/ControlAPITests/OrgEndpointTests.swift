import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

struct OrgEndpointTests {
    @Test func `an organization goes through its life as operators say, and answers how it is`() async throws {
        try await Office.run { (office) async throws in
            let org = try await office.found("acme")
            let path = "/control/orgs/\(org)"
            let reason = #"{"reason":"unpaid"}"#
            #expect(try await office.send(.get, path).json["state"].text == "active")

            let suspended = try await office.send(.post, path + "/suspend", reason)
            #expect(suspended.status == 200, "\(suspended.text)")
            #expect(suspended.json["state"].text == "suspended")
            #expect(suspended.json["suspension_reason"].text == "unpaid")
            #expect(try await office.send(.post, path + "/resume").json["state"].text == "active")

            let deleting = try await office.send(.post, path + "/deletion", #"{"reason":"they asked"}"#)
            #expect(deleting.json["state"].text == "deleting" && deleting.json["deletion_reason"].text == "they asked")
            let end = try #require(deleting.json["ends_at"].text.flatMap { Timestamp($0) })
            let grace = end.microseconds - Timestamp.now.microseconds
            #expect(grace > 0 && grace <= 7_200_000_000)
            #expect(try await office.send(.delete, path + "/deletion").json["state"].text == "active")
        }
    }

    @Test func `every request is an event with its operator, reads too, and a write's own event has the operator`()
        async throws
    {
        try await Office.run { (office) async throws in
            let org = try await office.found("acme")
            try await office.send(.get, "/control/orgs?name=secret")
            try await office.send(.post, "/control/orgs/\(org)/suspend", #"{"reason":"unpaid"}"#)
            let calls = try await office.calls()
            #expect(calls.map(\.method) == ["GET", "POST"])
            #expect(calls.map(\.route) == ["/control/orgs", "/control/orgs/{org}/suspend"])
            #expect(calls.map(\.target) == ["", "\(org)"])
            #expect(calls.allSatisfy { $0.requestID == "request-1" })
            let plane = office.control.plane
            let raw = try #require(try await plane.log.read(stream: org.uuid, of: .installation, after: 1).first)
            #expect(try await plane.codec.decode(raw).metadata.actor == .account(office.account))
        }
    }

    @Test func `whoever is revoked is out at once, and nothing of theirs is written`() async throws {
        try await Office.run { (office) async throws in
            #expect(try await office.send(.get, "/control/orgs").status == 200)
            try await office.control.run(RevokeOperator(of: office.account))
            let refused = try await office.send(.get, "/control/orgs")
            #expect(refused.status == 403 && refused.code == "operator.required")
            #expect(try await office.calls().count == 1)
        }
    }

    @Test func `the list has pages, and those alone that are asked for`() async throws {
        try await Office.run { (office) async throws in
            var orgs: [String] = []
            for slug in ["acme", "bolt", "acme-two"] { orgs.append("\(try await office.found(slug))") }
            try await office.send(.post, "/control/orgs/\(orgs[2])/suspend", #"{"reason":"unpaid"}"#)
            func ids(_ answer: Office.Answer) -> [String] { answer.json["items"].items.compactMap { $0["id"].text } }

            #expect(ids(try await office.send(.get, "/control/orgs?name=ACME")) == [orgs[0], orgs[2]])
            #expect(ids(try await office.send(.get, "/control/orgs?state=suspended")) == [orgs[2]])
            let first = try await office.send(.get, "/control/orgs?limit=2")
            #expect(ids(first) == Array(orgs.prefix(2)))
            let cursor = try #require(first.json["next_cursor"].text)
            let second = try await office.send(.get, "/control/orgs?limit=2&cursor=\(cursor)")
            #expect(ids(second) == [orgs[2]] && second.json["next_cursor"] == .null)
            // A cursor is one operator's.
            let (account, token) = try await Office.person(office.control)
            try await office.control.run(GrantOperator(to: account, as: .viewer))
            let foreign = try await office.send(.get, "/control/orgs?limit=2&cursor=\(cursor)", as: token)
            #expect(foreign.status == 400 && foreign.code == "bad_cursor")
            #expect(try await office.send(.get, "/control/orgs?state=none").code == "query.bad_value")
        }
    }

    @Test func `a repeated request does nothing the second time`() async throws {
        try await Office.run { (office) async throws in
            let path = "/control/orgs/\(try await office.found("acme"))"
            let reason = #"{"reason":"unpaid"}"#
            #expect(try await office.send(.post, path + "/suspend", reason, key: "k").status == 200)
            try await office.send(.post, path + "/resume")
            let again = try await office.send(.post, path + "/suspend", reason, key: "k")
            #expect(again.status == 200 && again.json["state"].text == "active")
            let other = try await office.send(.post, path + "/suspend", #"{"reason":"other"}"#, key: "k")
            #expect(other.status == 422 && other.code == "idempotency_key_reused")
        }
    }

    @Test func `what cannot be done is refused and changes nothing`() async throws {
        try await Office.run { (office) async throws in
            let org = try await office.found("acme")
            let nothing = try await office.send(.post, "/control/orgs/\(OrgID())/suspend", #"{"reason":"x"}"#)
            #expect(nothing.status == 404 && nothing.code == "org.not_found")
            let blank = try await office.send(.post, "/control/orgs/\(org)/suspend", #"{"reason":" "}"#)
            #expect(blank.status == 422 && blank.code == "org.reason_invalid")
            let unknown = try await office.send(.post, "/control/orgs/\(org)/suspend", #"{"reason":"x","y":1}"#)
            #expect(unknown.status == 400 && unknown.code == "json.unknown_field")
            #expect(try await office.send(.get, "/control/orgs/\(org)").json["state"].text == "active")
        }
    }
}
