import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

struct AuditEventTests {
    /// A tenant with some history: two rooms, an edit, a reaction.
    private struct Site {
        let premises: Premises
        let auditor: Premises.Person
        let ada: Premises.Person
        let room: String
        let message: String

        static func run(_ body: @Sendable (Site) async throws -> Void) async throws {
            try await Premises.run { premises in
                let auditor = try await premises.person("auditor", .auditor)
                let ada = try await premises.person("ada")
                let room = try await premises.room("general", members: [ada]).id
                let message = try await premises.post("first", in: room, as: ada).id
                try await premises.send(.patch, "/api/messages/\(message)", #"{"body":"second"}"#, as: ada)
                try await premises.send(.put, "/api/messages/\(message)/reactions/%F0%9F%91%8D")
                let other = try await premises.room("other").id
                _ = try await premises.post("elsewhere", in: other)
                try await body(
                    Site(premises: premises, auditor: auditor, ada: ada, room: room, message: message)
                )
            }
        }

        /// The events that match, without the last line.
        func events(_ query: String) async throws -> [JSON] {
            let answer = try await premises.send(.get, "/api/audit/events\(query)", as: auditor)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.lines.last?["end"]["through"].int != nil)
            return Array(answer.lines.dropLast())
        }
    }

    @Test func `a position that the log has not come to is refused, so that nobody goes on from there`() async throws {
        try await Site.run { site in
            let head = try #require(try await site.events("").last?["position"].int)
            #expect(try await site.events("?after_position=\(head)").isEmpty)
            let ahead = try await site.premises.send(
                .get,
                "/api/audit/events?after_position=\(head + 1)",
                as: site.auditor
            )
            ahead.expectProblem(400, "audit.position_ahead")
        }
    }

    @Test func `an auditor reads every event of the tenant, in order, with what it says`() async throws {
        try await Site.run { site in
            let neighbour = try await site.premises.handler.log.place(UUID.v7(), in: site.premises.tenant.partition)
            _ = try await site.premises.person("stranger", in: neighbour)
            let raw = try await site.premises.handler.log.read(of: site.premises.tenant, after: 0, limit: 100)
            let events = try await site.events("")
            #expect(events.map { $0["position"].int } == raw.map(\.position))
            #expect(events.map { $0["event_id"].text } == raw.map { $0.id.text })
            #expect(events.map { $0["command"].text } == raw.map { $0.commandKey.hex })
            let posted = events.first { $0["stream"].text == site.message }
            #expect(posted?["type"].text == "messaging.message_posted" && posted?["schema"].int == 1)
            #expect(posted?["actor"].text == "\(site.ada.id)" && posted?["version"].int == 1)
            #expect(posted?["data"]["posted"]["body"]["text"].text == "first")
            #expect(posted?["data"]["posted"]["body"]["of"].text == site.ada.id.uuid.text)
            #expect(posted?["fault"] == .null)
            #expect(events.contains { $0["actor"].text == "system" })
        }
    }

    @Test func `only auditors read it`() async throws {
        try await Site.run { site in
            for path in [
                "/api/audit/events", "/api/audit/streams/\(site.room)", "/api/audit/as-of?entity=\(site.room)",
            ] {
                for person in [site.premises.owner, site.ada] {
                    try await site.premises.send(.get, path, as: person).expectProblem(403, "role.not_allowed")
                }
                #expect(try await site.premises.send(.get, path, as: site.auditor).status == 200)
            }
        }
    }

    @Test func `filters by actor, type, stream and room hold alone and together`() async throws {
        try await Site.run { site in
            let all = try await site.events("")
            func expect(_ query: String, _ matches: (JSON) -> Bool) async throws {
                let expected = all.filter(matches)
                #expect(!expected.isEmpty && expected.count < all.count, "\(query) tells nothing apart")
                #expect(try await site.events(query) == expected, "\(query)")
            }
            let ada = "\(site.ada.id)"
            try await expect("?actor=\(ada)") { $0["actor"].text == ada }
            try await expect("?actor=system") { $0["actor"].text == "system" }
            try await expect("?type=messaging.message_posted") { $0["type"].text == "messaging.message_posted" }
            try await expect("?stream=\(site.message)") { $0["stream"].text == site.message }
            try await expect("?room=\(site.room)") {
                $0["stream"].text == site.room || $0["stream"].text == site.message
            }
            try await expect("?room=\(site.room)&actor=\(ada)&type=messaging.message_edited") {
                $0["type"].text == "messaging.message_edited"
            }
        }
    }

    @Test func `positions, times and limits cut the log where they say, and it goes on after the end`() async throws {
        try await Site.run { site in
            let all = try await site.events("")
            let (third, fifth) = (all[2]["position"].int ?? 0, all[4]["position"].int ?? 0)
            #expect(try await site.events("?after_position=\(third)&through_position=\(fifth)") == Array(all[3...4]))

            let (from, to) = (all[2]["recorded_at"].text ?? "", all[4]["recorded_at"].text ?? "")
            let between = all.filter { ($0["recorded_at"].text ?? "") >= from && ($0["recorded_at"].text ?? "") <= to }
            #expect(between.count >= 3)
            #expect(try await site.events("?from=\(from)&to=\(to)") == between)

            var pieces: [JSON] = []
            var after: Int64 = 0
            while true {
                let answer = try await site.premises.send(
                    .get,
                    "/api/audit/events?max_events=3&after_position=\(after)",
                    as: site.auditor
                )
                pieces += answer.lines.dropLast()
                after = answer.lines.last?["end"]["through"].int ?? 0
                if answer.lines.last?["end"]["more"] != .bool(true) { break }
            }
            #expect(pieces == all)
            #expect(after == all.last?["position"].int)
        }
    }

    @Test func `a filter that cannot be is refused`() async throws {
        try await Site.run { site in
            for query in [
                "actor=nobody", "actor=integration:", "stream=\(UUID.v7().text)", "room=msg_1", "from=yesterday",
                "to=1",
                "after_position=-1", "max_events=0", "max_events=x",
            ] {
                try await site.premises.send(.get, "/api/audit/events?\(query)", as: site.auditor)
                    .expectProblem(400, "query.bad_value")
            }
        }
    }

    @Test func `an event that nobody understands is an entry with the reason`() async throws {
        try await Site.run { site in
            let (log, tenant) = (site.premises.handler.log, site.premises.tenant)
            let stream = RoomID()
            let event = NewEvent(
                stream: stream.uuid,
                type: EventType("workspace.room_painted"),
                payload: Array("{}".utf8),
                metadata: Array("{}".utf8)
            )
            _ = try await log.append(
                AppendCommand(
                    tenant: tenant.id,
                    key: Array(repeating: 7, count: 32),
                    request: Array(repeating: 7, count: 32),
                    streams: [StreamTouch(stream.uuid, .noStream)],
                    events: [event]
                ),
                to: tenant.partition
            )
            let last = try #require(try await site.events("?room=\(site.room)").last)
            #expect(last["type"].text == "workspace.room_painted")
            #expect(last["data"] == .null && last["fault"].text?.contains("room_painted") == true)
            #expect(last["stream"].text == stream.uuid.text)
        }
    }

    @Test func `a stream is paged from either end and back`() async throws {
        try await Site.run { site in
            let path = "/api/audit/streams/\(site.message)"
            func page(_ query: String) async throws -> Answer {
                try await site.premises.send(.get, "\(path)?\(query)", as: site.auditor)
            }
            func versions(_ answer: Answer) -> [Int64?] { answer["items"].items.map { $0["version"].int } }
            let first = try await page("limit=2")
            #expect(versions(first) == [1, 2] && first["prev_cursor"] == .null)
            let second = try await page("limit=2&cursor=\(first["next_cursor"].text ?? "")")
            #expect(versions(second) == [3] && second["next_cursor"] == .null)
            let back = try await page("limit=2&cursor=\(second["prev_cursor"].text ?? "")")
            #expect(versions(back) == [1, 2] && back["next_cursor"] != .null)

            let newest = try await page("limit=2&order=desc")
            #expect(versions(newest) == [3, 2] && newest["prev_cursor"] == .null)
            let oldest = try await page("limit=2&order=desc&cursor=\(newest["next_cursor"].text ?? "")")
            #expect(versions(oldest) == [1] && oldest["next_cursor"] == .null)
            let forth = try await page("limit=2&order=desc&cursor=\(oldest["prev_cursor"].text ?? "")")
            #expect(versions(forth) == [3, 2])
            #expect(versions(try await page("")) == [1, 2, 3])

            let misnamed = site.message.replacing("msg_", with: "room_")
            for name in [UUID.v7().text, "room_x", "\(RoomID())", misnamed] {
                try await site.premises.send(.get, "/api/audit/streams/\(name)", as: site.auditor)
                    .expectProblem(404, "stream.not_found")
            }
        }
    }
}
