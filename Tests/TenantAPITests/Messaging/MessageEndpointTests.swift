import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Testing

struct MessageEndpointTests {
    @Test func `a message is answered as it then reads`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            _ = try await premises.person("bob")
            let room = try await premises.room(members: [ada])
            let body =
                #"{"body":"hi @ada and @bob","client_nonce":"n1","attachments":[{"name":"a.png","media_type":"image/png","size":3}]}"#
            let posted = try await premises.send(.post, "/api/rooms/\(room.id)/messages", body)
            #expect(posted.status == 201)
            #expect(posted.text.hasPrefix(#"{"id":"msg_"#))
            #expect(posted["seq"] == .null)
            #expect(posted["mentions"] == [.string("\(ada.id)")])
            #expect(posted["unreached"].items.count == 1)
            #expect(posted["attachments"][0]["media_type"].text == "image/png")
            #expect(posted.headers[.eTag] == "\"1\"")
            let read = try await premises.send(.get, "/api/messages/\(posted.id)", since: posted)
            #expect(read["seq"].int == 1)
            for key in read.json.names where key != "seq" { #expect(read[key] == posted[key], "\(key)") }
        }
    }

    @Test func `a message is edited, with its history, and deleted to a tombstone`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let posted = try await premises.post("one", in: room.id)
            let path = "/api/messages/\(posted.id)"
            // Without waiting for the read models first.
            let edited = try await premises.send(.patch, path, #"{"body":"two"}"#)
            #expect(edited.status == 200)
            #expect(edited["body"].text == "two")
            #expect(edited["edited_at"] != .null)
            #expect(edited.headers[.eTag] == "\"2\"")
            #expect(edited["unreached"].items.isEmpty)
            let history = try await premises.send(.get, "\(path)/history")
            #expect(history["items"].items.map { $0["body"].text } == ["one", "two"])
            #expect(history["next_cursor"] == .null)

            let deleted = try await premises.send(.delete, path, #"{"reason":"a slip"}"#)
            #expect(deleted.status == 204)
            let tombstone = try await premises.send(.get, path, since: deleted)
            #expect(tombstone["body"] == .null)
            #expect(tombstone["deleted_at"] != .null)
            #expect(tombstone["version"].int == 3)
            #expect(try await premises.send(.get, "\(path)/history")["items"].items.isEmpty)
            try await premises.send(.patch, path, #"{"body":"three"}"#).expectProblem(409, "message.deleted")
        }
    }

    @Test func `an edit says whom its mentions do not reach`() async throws {
        try await Premises.run { premises in
            let bob = try await premises.person("bob")
            let room = try await premises.room()
            let posted = try await premises.post("hi", in: room.id)
            let edited = try await premises.send(.patch, "/api/messages/\(posted.id)", #"{"body":"hi @bob"}"#)
            #expect(edited["body"].text == "hi @bob")
            #expect(edited["unreached"] == [.string("\(bob.id)")] && edited["mentions"].items.isEmpty)
        }
    }

    @Test func `a message is deleted without a body, but not by a stranger`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let room = try await premises.room(members: [ada])
            let posted = try await premises.post("x", in: room.id)
            try await premises.send(.delete, "/api/messages/\(posted.id)", as: ada).expectProblem(
                403,
                "message.not_author"
            )
            try await premises.send(.delete, "/api/messages/\(posted.id)", #"{"why":"x"}"#).expectProblem(
                400,
                "json.unknown_field",
                at: ["/why"]
            )
            #expect(try await premises.send(.delete, "/api/messages/\(posted.id)").status == 204)
        }
    }

    @Test func `a range is deleted, and what it took cannot be edited`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            var posts: [Answer] = []
            for number in 1...3 { posts.append(try await premises.post("\(number)", in: room.id)) }
            let path = "/api/rooms/\(room.id)/messages"
            let deleted = try await premises.send(
                .post,
                "\(path)/range-delete",
                #"{"from_seq":1,"to_seq":2,"reason":"spam"}"#
            )
            #expect(deleted.status == 204)
            let items = try await premises.send(.get, path, since: deleted)["items"].items
            #expect(items.map { $0["body"].text } == [nil, nil, "3"])
            try await premises.send(.patch, "/api/messages/\(posts[0].id)", #"{"body":"x"}"#).expectProblem(
                409,
                "message.deleted"
            )
            try await premises.send(.put, "/api/messages/\(posts[0].id)/reactions/x").expectProblem(
                409,
                "message.deleted"
            )
            let backwards = #"{"from_seq":2,"to_seq":1}"#
            try await premises.send(.post, "\(path)/range-delete", backwards).expectProblem(
                422,
                "range.invalid",
                at: ["/to_seq"]
            )
        }
    }

    @Test func `a reaction is percent-encoded, a set element, and taken back`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let room = try await premises.room(members: [ada])
            let posted = try await premises.post("x", in: room.id)
            let path = "/api/messages/\(posted.id)/reactions"
            let encoded = "👍🏽".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            for person in [premises.owner, ada, ada] {
                #expect(try await premises.send(.put, "\(path)/\(encoded)", as: person).status == 204)
            }
            let slash = try await premises.send(.put, "\(path)/a%2Fb")
            let read = try await premises.send(.get, "/api/messages/\(posted.id)", since: slash)
            #expect(read["reactions"].items.map { $0["emoji"].text } == ["👍🏽", "a/b"])
            #expect(read["reactions"][0]["user_ids"].items.map(\.text) == ["\(premises.owner.id)", "\(ada.id)"])
            let removed = try await premises.send(.delete, "\(path)/\(encoded)", as: ada)
            #expect(removed.status == 204)
            let after = try await premises.send(.get, "/api/messages/\(posted.id)", since: removed)
            #expect(after["reactions"][0]["user_ids"].items.map(\.text) == ["\(premises.owner.id)"])
            try await premises.send(.put, "\(path)/%20").expectProblem(422, "reaction.emoji_invalid")
            try await premises.send(.put, "\(path)/%ff").expectProblem(400, "path.malformed")
        }
    }

    @Test func `a thread is its root and its answers, in pages`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let root = try await premises.post("root", in: room.id)
            _ = try await premises.post("beside", in: room.id)
            var last = root
            for number in 1...3 {
                let body = #"{"body":"\#(number)","thread_id":"\#(root.id)"}"#
                last = try await premises.send(.post, "/api/rooms/\(room.id)/messages", body)
                #expect(last["thread_id"].text == root.id)
            }
            let path = "/api/messages/\(root.id)/thread"
            let first = try await premises.send(.get, "\(path)?limit=2", since: last)
            #expect(first["items"].items.map { $0["body"].text } == ["root", "1"])
            #expect(first["items"][0]["reply_count"].int == 3)
            let second = try await premises.send(.get, "\(path)?limit=2&cursor=\(first["next_cursor"].text ?? "")")
            #expect(second["items"].items.map { $0["body"].text } == ["2", "3"])
            #expect(second["next_cursor"] == .null)
            let nested = #"{"body":"x","thread_id":"\#(last.id)"}"#
            try await premises.send(.post, "/api/rooms/\(room.id)/messages", nested).expectProblem(
                422,
                "message.thread_invalid",
                at: ["/thread_id"]
            )
        }
    }

    @Test func `a read marker moves what is unread`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let room = try await premises.room(members: [ada])
            let first = try await premises.post("hi @ada", in: room.id)
            let second = try await premises.post("again", in: room.id)
            let before = try await premises.send(.get, "/api/unread", as: ada, since: second)["items"][0]
            #expect(before["room_id"].text == room.id)
            #expect(before["last_seq"].int == 2)
            #expect(before["unread"].int == 2)
            #expect(before["mentions"].int == 1)
            let marked = try await premises.send(
                .put,
                "/api/rooms/\(room.id)/read-marker",
                #"{"message_id":"\#(first.id)"}"#,
                as: ada
            )
            #expect(marked.status == 204)
            let after = try await premises.send(.get, "/api/unread", as: ada, since: marked)["items"][0]
            #expect(after["read_seq"].int == 1)
            #expect(after["unread"].int == 1)
            #expect(after["mentions"].int == 0)
            let foreign = #"{"message_id":"\#(MessageID())"}"#
            try await premises.send(.put, "/api/rooms/\(room.id)/read-marker", foreign, as: ada).expectProblem(
                404,
                "message.not_found"
            )
        }
    }

    @Test func `what a message may not be is refused with its field`() async throws {
        try await Premises.run { premises in
            let ada = try await premises.person("ada")
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)/messages"
            try await premises.send(.post, path, #"{"body":""}"#).expectProblem(
                422,
                "message.body_empty",
                at: ["/body"]
            )
            try await premises.send(.post, path, #"{"body":"x\u0000"}"#).expectProblem(422, "text.nul", at: ["/body"])
            try await premises.send(.post, path, #"{"body":"x","client_nonce":""}"#).expectProblem(
                422,
                "message.nonce_invalid",
                at: ["/client_nonce"]
            )
            let long = String(repeating: "x", count: 65_537)
            try await premises.send(.post, path, #"{"body":"\#(long)"}"#).expectProblem(
                422,
                "message.body_too_long",
                at: ["/body"]
            )
            try await premises.post("x", in: room.id, as: ada).expectProblem(403, "room.not_a_member")
            try await premises.post("x", in: "\(RoomID())").expectProblem(404, "room.not_found")
            try await premises.post("x", in: "room_1").expectProblem(404, "room.not_found")
        }
    }
}
