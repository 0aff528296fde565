import Events
import Foundation
import Testing

@testable import Projections

struct ViewTests {
    @Test func `a message's JSON has every field, null where there is nothing, and reads back`() throws {
        let view = MessageView(
            id: "msg_1",
            roomID: "room_1",
            seq: nil,
            authorID: "user_1",
            body: nil,
            mentions: ["user_2"],
            threadID: nil,
            attachments: [Attachment(name: "a", mediaType: "image/png"), Attachment(name: "b", size: 7)],
            reactions: [MessageView.Reaction(emoji: "x", userIDs: ["user_1"])],
            createdAt: Timestamp(microseconds: 0),
            source: Source(system: "slack", id: "7", time: nil),
            version: 1
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(view)
        #expect(
            String(decoding: json, as: UTF8.self) == """
                {"attachments":[{"media_type":"image/png","name":"a","size":null},{"media_type":null,"name":"b","size":7}],\
                "author_id":"user_1","body":null,"created_at":"1970-01-01T00:00:00.000000Z","deleted_at":null,"edited_at":null,\
                "id":"msg_1","mentions":["user_2"],"reactions":[{"emoji":"x","user_ids":["user_1"]}],"reply_count":0,\
                "room_id":"room_1","seq":null,"source":{"id":"7","system":"slack","time":null},"thread_id":null,"version":1}
                """
        )
        #expect(try JSONDecoder().decode(MessageView.self, from: json) == view)
    }

    @Test func `users, rooms and revisions write null too`() throws {
        let user = UserView(
            id: "user_1",
            handle: nil,
            name: nil,
            kind: .person,
            role: .member,
            active: true,
            version: 1
        )
        let revision = RevisionView(version: 1, body: nil, editorID: "user_1", at: Timestamp(microseconds: 0))
        let encoder = JSONEncoder()
        #expect(String(decoding: try encoder.encode(user), as: UTF8.self).contains(#""handle":null"#))
        #expect(String(decoding: try encoder.encode(user), as: UTF8.self).contains(#""name":null"#))
        #expect(String(decoding: try encoder.encode(revision), as: UTF8.self).contains(#""body":null"#))
    }
}
