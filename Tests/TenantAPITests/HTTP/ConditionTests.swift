import EventStore
import Events
import GatewayHTTP
import HTTPTypes
import Testing

struct ConditionTests {
    @Test func `If-Match lets only the version through that it names`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)"
            let tag = room.headers[.eTag] ?? ""
            let changed = try await premises.send(.patch, path, #"{"name":"a"}"#, headers: [.ifMatch: tag])
            #expect(changed.status == 200)
            try await premises.send(.patch, path, #"{"name":"b"}"#, headers: [.ifMatch: tag]).expectProblem(
                412,
                "version_mismatch"
            )
            #expect(try await premises.send(.get, path, since: changed)["name"].text == "a")
            #expect(try await premises.send(.patch, path, #"{"name":"c"}"#, headers: [.ifMatch: "*"]).status == 200)
            let weak: HTTPFields = [.ifMatch: "W/\"4\""]
            try await premises.send(.patch, path, #"{"name":"d"}"#, headers: weak).expectProblem(
                412,
                "version_mismatch"
            )
            for tag in ["4", "\"x\"", "\"3\", \"4\"", "\"+3\"", "\"03\"", "\"-1\"", "W/3", "W/\"x\"", ""] {
                try await premises.send(.patch, path, #"{"name":"d"}"#, headers: [.ifMatch: tag]).expectProblem(
                    400,
                    "bad_if_match"
                )
            }
        }
    }

    @Test func `If-Match guards messages and users alike`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let posted = try await premises.post("x", in: room.id)
            let stale: HTTPFields = [.ifMatch: "\"9\""]
            try await premises.send(.delete, "/api/messages/\(posted.id)", headers: stale).expectProblem(
                412,
                "version_mismatch"
            )
            try await premises.send(.patch, "/api/me", #"{"name":"x"}"#, headers: stale).expectProblem(
                412,
                "version_mismatch"
            )
            #expect(
                try await premises.send(.delete, "/api/messages/\(posted.id)", headers: [.ifMatch: "\"1\""]).status
                    == 204
            )
        }
    }

    @Test func `If-None-Match spares what is known`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)"
            let tag = room.headers[.eTag] ?? ""
            for held in [tag, "W/\(tag)", "\"0\", \(tag)", "*"] {
                let answer = try await premises.send(.get, path, headers: [.ifNoneMatch: held], since: room)
                #expect(answer.status == 304)
                #expect(answer.text.isEmpty)
                #expect(answer.headers[.eTag] == tag)
            }
            let changed = try await premises.send(.post, "\(path)/archive")
            let answer = try await premises.send(.get, path, headers: [.ifNoneMatch: tag], since: changed)
            #expect(answer.status == 200)
            #expect(answer.headers[.eTag] == changed.headers[.eTag])
        }
    }

    @Test func `a message whose replies have grown is sent although its version is known`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let root = try await premises.post("root", in: room.id)
            let reply = try await premises.send(
                .post,
                "/api/rooms/\(room.id)/messages",
                #"{"body":"reply","thread_id":"\#(root.id)"}"#
            )
            let tag = root.headers[.eTag] ?? ""
            let answer = try await premises.send(
                .get,
                "/api/messages/\(root.id)",
                headers: [.ifNoneMatch: tag],
                since: reply
            )
            #expect(answer.status == 200 && answer["reply_count"].int == 1)
            #expect(answer.headers[.eTag] == tag)
        }
    }
}

struct MinimumPositionTests {
    @Test func `a read of one's own write is never older than it`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            for number in 1...20 {
                let posted = try await premises.post("\(number)", in: room.id)
                let page = try await premises.send(.get, "/api/rooms/\(room.id)/messages?limit=1", since: posted)
                #expect(page["items"][0]["id"].text == posted.id)
            }
            let token = try await premises.post("last", in: room.id).headers[.daybookPosition] ?? ""
            let page = try await premises.send(.get, "/api/rooms/\(room.id)/messages?limit=1&min_position=\(token)")
            #expect(page["items"][0]["body"].text == "last")
        }
    }

    @Test func `a read that would be too old says so, in time`() async throws {
        try await Premises.run(projecting: false) { premises in
            let room = try await premises.room()
            let headers: HTTPFields = [
                .daybookMinPosition: room.headers[.daybookPosition] ?? "", .daybookMinPositionTimeout: "50",
            ]
            let start = ContinuousClock.now
            let answer = try await premises.send(.get, "/api/rooms", headers: headers)
            answer.expectProblem(503, "projection_behind")
            #expect(answer.headers[.retryAfter] == "1")
            #expect(ContinuousClock.now - start < .seconds(2))
        }
    }

    @Test func `positions and times that are none are refused`() async throws {
        try await Premises.run { premises in
            let elsewhere = Tenant(id: .v7(), partition: premises.tenant.partition)
            for token in ["5", "", premises.positions.seal(1, of: elsewhere)] {
                try await premises.send(.get, "/api/rooms", headers: [.daybookMinPosition: token]).expectProblem(
                    400,
                    "bad_position"
                )
            }
            try await premises.send(.get, "/api/rooms?min_position=5").expectProblem(400, "bad_position")
            let token = premises.positions.seal(1, of: premises.tenant)
            for timeout in ["-1", "10001", "x"] {
                let headers: HTTPFields = [.daybookMinPosition: token, .daybookMinPositionTimeout: timeout]
                try await premises.send(.get, "/api/rooms", headers: headers).expectProblem(400, "bad_timeout")
            }
        }
    }

    @Test func `a write is answered while the read models stand still`() async throws {
        try await Premises.run(projecting: false) { premises in
            let room = try await premises.room()
            #expect(room.status == 201)
            let posted = try await premises.post("x", in: room.id)
            #expect(posted.status == 201)
            let edited = try await premises.send(.patch, "/api/messages/\(posted.id)", #"{"body":"y"}"#)
            #expect(edited.status == 200)
            #expect(edited.text == #"{"id":"\#(posted.id)","version":2,"unreached":[]}"#)
            #expect(edited.headers[.eTag] == "\"2\"")
            #expect(edited.headers[.daybookPosition] != nil)
        }
    }
}
