import Events
import GatewayHTTP
import HTTPTypes
import Testing

struct MethodTests {
    @Test func `HEAD is answered as GET is, without the body`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            for path in ["/api/rooms/\(room.id)", "/api/rooms", "/api/openapi.json", "/healthz"] {
                let whole = try await premises.send(.get, path, since: room)
                let head = try await premises.send(.head, path, since: room)
                #expect(head.status == 200 && head.text.isEmpty, "\(path)")
                for name in [HTTPField.Name.eTag, .contentType, .contentLength] {
                    #expect(head.headers[name] == whole.headers[name], "\(path) \(name)")
                }
            }
            let missing = try await premises.send(.head, "/api/rooms/\(RoomID())")
            #expect(missing.status == 404 && missing.text.isEmpty)
            #expect(missing.headers[.contentType] == "application/problem+json")
            #expect(try await premises.send(.head, "/api/me", headers: [.authorization: "none"]).status == 401)
        }
    }

    @Test func `a connection goes on after a HEAD that has no answer but a problem`() async throws {
        try await Premises.run(over: .live) { premises in
            for _ in 0..<2 {
                let missing = try await premises.send(.head, "/api/rooms/\(RoomID())")
                #expect(missing.status == 404)
            }
            let me = try await premises.send(.get, "/api/me")
            #expect(me.status == 200)
        }
    }

    @Test func `OPTIONS tells what a path takes, to anybody`() async throws {
        try await Premises.run { premises in
            let nobody: HTTPFields = [.authorization: "none"]
            let answer = try await premises.send(.options, "/api/rooms/\(RoomID())/members", headers: nobody)
            #expect(answer.status == 204 && answer.text.isEmpty)
            #expect(answer.headers[.allow] == "GET, HEAD, OPTIONS, POST")
            let write = try await premises.send(.options, "/api/rooms/\(RoomID())/archive", headers: nobody)
            #expect(write.headers[.allow] == "OPTIONS, POST")
        }
    }

    @Test func `a method that a path does not take is 405`() async throws {
        try await Premises.run { premises in
            let query = try #require(HTTPRequest.Method("QUERY"))
            for method in [.put, .trace, .connect, query] {
                let answer = try await premises.send(method, "/api/rooms/\(RoomID())")
                answer.expectProblem(405, "method_not_allowed")
                #expect(answer.headers[.allow] == "GET, HEAD, OPTIONS, PATCH")
            }
        }
    }
}
