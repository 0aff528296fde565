import Commands
import EventStore
import Events
import Foundation
import SlackImport
import Testing

struct SlackImporterTests {
    private static let users = """
        [
          {"id": "U1", "name": "ada", "profile": {"real_name": "Ada Lovelace"}},
          {"id": "U2", "name": "bob", "real_name": "Bob", "deleted": true},
          {"id": "U3", "name": "ada", "real_name": "Another Ada"},
          {"id": "U4", "name": "Ünal Öz", "is_restricted": true},
          {"id": "U5", "name": "helper", "is_bot": true}
        ]
        """

    private static let channels = """
        [
          {"id": "C1", "name": "general", "created": 1541376000, "members": ["U1", "U4"], "topic": {"value": "All\\nof it"}},
          {"id": "C2", "name": "old-times", "is_archived": true, "members": ["U1"], "purpose": {"value": "Gone"}}
        ]
        """

    private static func day(_ messages: String...) -> String { "[" + messages.joined(separator: ",\n") + "]" }

    private func post(_ ts: String, _ user: String, _ text: String, _ more: String = "") -> String {
        #"{"type": "message", "ts": "\#(ts)", "user": "\#(user)", "text": "\#(text)"\#(more.isEmpty ? "" : ", " + more)}"#
    }

    /// One export with everything that the real one lacks.
    private func fixture() throws -> ZipFixture {
        try ZipFixture([
            "users.json": Self.users, "channels.json": Self.channels,
            "groups.json": #"[{"id": "G1", "name": "secret", "members": ["U1", "U2"]}]"#,
            "general/2018-11-06.json": Self.day(
                post("1541532000.000100", "U1", "The next day")
            ),
            "general/2018-11-05.json": Self.day(
                post("1541446243.000300", "U2", "Third", #""thread_ts": "1541446243.000100""#),
                post(
                    "1541446243.000100",
                    "U1",
                    "First &amp; <@U2> in <#C2>",
                    #""thread_ts": "1541446243.000100", "reply_count": 1"#
                ),
                post(
                    "1541446243.000200",
                    "U4",
                    "Second <https://example.org|the site>",
                    #""edited": {"user": "U4", "ts": "1541446300.000000"}, "reactions": [{"name": "tada", "users": ["U1", "U2"], "count": 2}]"#
                ),
                #"{"type": "message", "subtype": "channel_join", "ts": "1541446243.000001", "user": "U1", "text": "joined"}"#,
                #"{"type": "message", "subtype": "channel_join", "ts": "1541446243.000002", "user": "U2", "text": "joined"}"#,
                #"{"type": "message", "subtype": "channel_topic", "ts": "1541446243.000003", "user": "U1", "text": "topic"}"#,
                #"{"type": "message", "subtype": "bot_message", "ts": "1541446243.000400", "bot_id": "B9", "username": "Deploys", "text": "", "attachments": [{"fallback": "Deployed"}]}"#,
                #"{"type": "message", "subtype": "me_message", "ts": "1541446243.000500", "user": "U5", "text": "waves"}"#,
                post(
                    "1541446243.000600",
                    "U1",
                    "",
                    #""files": [{"name": "plan.pdf", "mimetype": "application/pdf", "size": 12}, {"id": "F2"}]"#
                ),
                post("1541446243.000700", "U1", ""),
                #"{"type": "message", "ts": "1541446243.000800", "text": "by nobody"}"#
            ),
            "old-times/2018-11-05.json": Self.day(
                post("1541446243.000250", "U3", "Between", #""thread_ts": "1541446243.000260""#),
                post("1541446243.000260", "U1", "Its root", #""thread_ts": "1541446243.000260""#),
                post("1541446243.000270", "U9", "Whose root is gone", #""thread_ts": "1541446200.000000""#)
            ),
            "secret/2018-11-05.json": Self.day(post("1541446243.000150", "U2", "Hush")),
        ])
    }

    @Test func `people, rooms, threads, edits, reactions and files come over in the order of the source's times`()
        async throws
    {
        try await Workspace.run { workspace in
            let report = try await workspace.importing(fixture())
            let messages = try await workspace.messages()
            let ada = try #require(messages.first { $0.hasPrefix("C2/1541446243.000250 ") }?.split(separator: " ")[1])
            #expect(ada.hasPrefix("ada-"))
            #expect(
                messages == [
                    "C1/1541446243.000100 ada: First & @bob in #old-times | mentions bob",
                    "G1/1541446243.000150 bob: Hush",
                    "C1/1541446243.000200 unal-oz: Second [the site](https://example.org)",
                    "C1/1541446243.000200 edited by unal-oz at 2018-11-05T19:31:40.000000Z: Second [the site](https://example.org)",
                    "C1/1541446243.000200 ada reacts tada",
                    "C1/1541446243.000200 bob reacts tada",
                    "C2/1541446243.000260 ada: Its root",
                    "C2/1541446243.000250 \(ada) Between | answers C2/1541446243.000260",
                    "C2/1541446243.000270 u9: Whose root is gone",
                    "C1/1541446243.000300 bob: Third | answers C1/1541446243.000100",
                    "C1/1541446243.000400 deploys: Deployed",
                    "C1/1541446243.000500 helper: _waves_",
                    #"C1/1541446243.000600 ada:  | files plan.pdf application/pdf 12"#,
                    "C1/1541532000.000100 ada: The next day",
                ]
            )
            #expect(report.users == .init(added: 7, present: 0))
            #expect(report.rooms == .init(added: 3, present: 0))
            #expect(report.messages == .init(added: 11, present: 0))
            #expect(report.answers == 2)
            #expect(report.delayedAnswers == 1)
            #expect(report.edits == 1)
            #expect(report.reactions == 2)
            #expect(report.files == 1)
            #expect(
                report.leftOut == [
                    "message: channel_join": 2, "message: channel_topic": 1, "message: empty": 1,
                    "message: without an author": 1,
                    "file without a name": 1, "thread of an answer whose first message was not taken over": 1,
                ]
            )
        }
    }

    @Test func `people and rooms are what the archive says`() async throws {
        try await Workspace.run { workspace in
            _ = try await workspace.importing(fixture())
            let events = try await workspace.events()
            let users = events.compactMap { event -> String? in
                guard case .user(_, .joined(_, let name, let kind, let role, let source)) = event.event else {
                    return nil
                }
                return "\(source?.id ?? "?") \(name.text ?? "?") \(kind) \(role)"
            }
            #expect(
                users == [
                    "U1 Ada Lovelace person member", "U2 Bob person member", "U3 Another Ada person member",
                    "U4 Ünal Öz person guest", "U5 helper agent member", "B9 Deploys agent member",
                    "U9 U9 person member",
                ]
            )
            let rooms = events.compactMap { event -> String? in
                guard case .room(_, .created(let kind, let name, let topic, let source)) = event.event else {
                    return nil
                }
                return "\(source?.id ?? "?") \(kind) \(name) \(topic ?? "-") \(source?.time?.description ?? "-")"
            }
            #expect(
                rooms == [
                    "C1 channel general All of it 2018-11-05T00:00:00.000000Z", "C2 channel old-times Gone -",
                    "G1 private secret - -",
                ]
            )
            // Who left is there to have written; what ended has ended, after all that was said.
            let ends = events.suffix(2).map(\.event)
            guard case .room(_, .archived) = ends[0], case .user(_, .deactivated) = ends[1] else {
                Issue.record("it ends with \(ends)")
                return
            }
            let posts = events.compactMap { event -> (UserID, Metadata)? in
                guard case .message(_, .posted(_, let author, _, _, _, _, _)) = event.event else { return nil }
                return (author, event.metadata)
            }
            #expect(posts.allSatisfy { $0.1.actor == .integration("slack-import") && $0.1.user == $0.0 })
        }
    }

    @Test func `a second run adds nothing`() async throws {
        try await Workspace.run { workspace in
            let fixture = try fixture()
            let first = try await workspace.importing(fixture)
            let events = try await workspace.events().map(\.raw)
            let second = try await workspace.importing(fixture)
            #expect(try await workspace.events().map(\.raw) == events)
            #expect(second.messages == .init(added: 0, present: first.messages.added))
            #expect(second.users == .init(added: 0, present: first.users.added))
            #expect(second.rooms == .init(added: 0, present: first.rooms.added))
            #expect(second.leftOut == first.leftOut)
        }
    }

    @Test func `a later export of the same workspace adds what is new and nothing twice`() async throws {
        try await Workspace.run { workspace in
            let before = post("1541446243.000100", "U1", "First")
            let after = post("1541446244.000100", "U1", "Second", #""thread_ts": "1541446243.000100""#)
            func export(_ messages: String...) throws -> ZipFixture {
                try ZipFixture([
                    "users.json": Self.users, "channels.json": Self.channels,
                    "general/2018-11-05.json": "[" + messages.joined(separator: ",") + "]",
                ])
            }
            _ = try await workspace.importing(export(before))
            let report = try await workspace.importing(export(before, after, before))
            #expect(report.messages == .init(added: 1, present: 1))
            #expect(
                try await workspace.messages() == [
                    "C1/1541446243.000100 ada: First",
                    "C1/1541446244.000100 ada: Second | answers C1/1541446243.000100",
                ]
            )
        }
    }

    @Test func `a handle that is taken here gets a suffix, and mentions follow it`() async throws {
        try await Workspace.run { workspace in
            let owner = try await workspace.add("bob", role: .owner)
            let fixture = try fixture()
            _ = try await workspace.importing(fixture, as: owner)
            let events = try await workspace.events().map(\.raw)
            let first = try #require(try await workspace.messages().first)
            #expect(first.hasPrefix("C1/1541446243.000100 ada: First & @bob-"))
            #expect(first.contains("| mentions bob-"))
            _ = try await workspace.importing(fixture, as: owner)
            #expect(try await workspace.events().map(\.raw) == events)
            let moderators = try await workspace.events().compactMap { event -> UserID? in
                if case .room(_, .memberAdded(let user, .moderator)) = event.event { user } else { nil }
            }
            #expect(moderators == [owner, owner, owner])
        }
    }

    @Test func `thousands of messages keep their order and report how far they are`() async throws {
        try await Workspace.run { workspace in
            let count = 2500
            let messages = (0..<count).shuffled().map { number in
                post(String(format: "1541446243.%06d", number), number % 3 == 0 ? "U1" : "U4", "Message \(number)")
            }
            let fixture = try ZipFixture([
                "users.json": Self.users, "channels.json": Self.channels,
                "general/2018-11-05.json": "[" + messages.joined(separator: ",") + "]",
            ])
            var steps: [Int] = []
            let report = try await workspace.importing(fixture) { steps.append($0.done) }
            #expect(report.messages.added == count)
            #expect(steps.first == 0)
            #expect(steps.last == count)
            #expect(steps == steps.sorted())
            let bodies = try await workspace.messages().map { $0.split(separator: ": ")[1] }
            #expect(bodies == (0..<count).map { "Message \($0)" })
        }
    }
}
