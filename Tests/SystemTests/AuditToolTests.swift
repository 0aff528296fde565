import Foundation
import Testing

/// What auditors ask at a terminal: the answers are those of the API.
struct AuditToolTests {
    private struct Made: Decodable { var id: String }

    @Test func `events are written line by line, as the API sends them`() async throws {
        try await Installation.run(owners: ["ada"], auditors: ["bob"]) { (installation) async throws in
            let server = try await installation.serve()
            let (ada, bob) = (try await installation.token(for: "ada"), try await installation.token(for: "bob"))
            let room = try await server.post("/api/rooms", ["kind": "channel", "name": "general"], as: ada)
                .decode(Made.self).id
            for body in ["one", "two"] {
                let posted = try await server.post("/api/rooms/\(room)/messages", ["body": body], as: ada)
                #expect((200..<300).contains(posted.status))
            }
            let events = ["audit", "events", "--tenant", Installation.tenant]
            for (options, query) in [
                ([], ""), (["--room", room], "?room=\(room)"),
                (["--type", "messaging.message_posted"], "?type=messaging.message_posted"),
                (["--actor", "system", "--max-events", "1"], "?actor=system&max_events=1"),
                (
                    ["--after-position", "2", "--through-position", "4", "--from", "2020-01-01T00:00:00Z"],
                    "?after_position=2&through_position=4&from=2020-01-01T00:00:00Z"
                ), (["--to", "2020-01-01T00:00:00Z"], "?to=2020-01-01T00:00:00Z"),
            ] {
                let answer = try await server.get("/api/audit/events\(query)", as: bob)
                #expect(answer.status == 200)
                #expect(try await installation.tool(events + options) == String(decoding: answer.body, as: UTF8.self))
            }
            let posted = try await installation.tool(events + ["--type", "messaging.message_posted"])
            let lines = posted.split(separator: "\n")
            #expect(lines.count == 3 && lines[1].contains("two") && lines[2].hasPrefix(#"{"end":"#))

            for options in [
                ["--actor", "nobody"], ["--room", "general"], ["--from", "noon"], ["--max-events", "0"],
            ] {
                #expect(try await installation.attempt(events + options).status != 0)
            }
        }
    }

    @Test func `what was is written as the API answers it`() async throws {
        try await Installation.run(owners: ["ada"], auditors: ["bob"]) { (installation) async throws in
            let server = try await installation.serve()
            let (ada, bob) = (try await installation.token(for: "ada"), try await installation.token(for: "bob"))
            let user = try #require(try await server.get("/api/me", as: ada).json["id"] as? String)
            let room = try await server.post("/api/rooms", ["kind": "channel", "name": "general"], as: ada)
                .decode(Made.self).id
            let message = try await server.post("/api/rooms/\(room)/messages", ["body": "one"], as: ada)
                .decode(Made.self).id
            let asOf = ["audit", "as-of", "--tenant", Installation.tenant]
            for (options, query) in [
                ([room], "entity=\(room)"), ([room, "--member", user], "entity=\(room)&member=\(user)"),
                ([message], "entity=\(message)"), ([user, "--position", "3"], "entity=\(user)&position=3"),
            ] {
                let answer = try await server.get("/api/audit/as-of?\(query)", as: bob)
                #expect(answer.status == 200)
                let written = try await installation.tool(asOf + options)
                let now = try JSONSerialization.jsonObject(with: Data(written.utf8)) as? NSDictionary
                #expect(now == (try answer.json as NSDictionary))
            }
            for (options, reason) in [
                ([room, "--position", "1"], "it was not there"),
                ([room, "--position", "999"], "the log ends at position"),
                ([room, "--time", "2020-01-01T00:00:00Z"], "it was not there"), (["general"], "entity must be"),
                ([user, "--member", user], "member goes with a room"),
            ] {
                let result = try await installation.attempt(asOf + options)
                #expect(
                    result.status != 0 && result.output.isEmpty && result.errors.contains(reason),
                    "\(result.errors)"
                )
            }
        }
    }
}
