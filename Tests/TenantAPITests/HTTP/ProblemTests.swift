import EventStore
import Events
import Foundation
import GatewayHTTP
import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing

struct ProblemTests {
    @Test func `a request without a live token is 401 with a challenge`() async throws {
        try await Premises.run { premises in
            for header in ["", "Bearer", "Bearer x", "Basic dbk_x", "dbk_x"] {
                let answer = try await premises.send(.get, "/api/me", headers: [.authorization: header])
                answer.expectProblem(401, "auth.no_token")
                #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            }
            let dead = "Bearer dbk_" + String(repeating: "A", count: 43)
            let answer = try await premises.send(.get, "/api/me", headers: [.authorization: dead])
            answer.expectProblem(401, "auth.dead_session")
            #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
        }
    }

    @Test func `headers of many combining marks take no time`() async throws {
        try await Premises.run { premises in
            let marks = String(repeating: "\u{301}\u{327}", count: 15_000)
            let room = try await premises.room()
            let clock = ContinuousClock()
            let time = try await clock.measure {
                for _ in 0..<10 {
                    let stranger = try await premises.send(
                        .get,
                        "/api/me",
                        headers: [.authorization: "beare\(marks) x"]
                    )
                    stranger.expectProblem(401, "auth.no_token")
                    let read = try await premises.send(
                        .get,
                        "/api/rooms/\(room.id)",
                        headers: [.ifNoneMatch: "W\(marks)"]
                    )
                    #expect(read.status == 200)
                    let changed = try await premises.send(
                        .patch,
                        "/api/rooms/\(room.id)",
                        #"{"topic":"x"}"#,
                        headers: [.ifMatch: "W\(marks)"]
                    )
                    changed.expectProblem(400, "bad_if_match")
                    let posted = try await premises.send(
                        .post,
                        "/api/rooms/\(room.id)/messages",
                        #"{"body":"x"}"#,
                        headers: [.contentType: "application/jso\(marks)"]
                    )
                    posted.expectProblem(415, "body.not_json")
                }
            }
            // Comparing them as Unicode has them equal takes a second for each.
            #expect(time < .seconds(10))
        }
    }

    @Test func `a revoked session is 401`() async throws {
        try await Premises.run { premises in
            let (session, _, token) = try await premises.control.open(tenant: premises.tenant, user: premises.owner.id)
            let person = Premises.Person(id: premises.owner.id, token: token)
            #expect(try await premises.send(.get, "/api/me", as: person).status == 200)
            try await premises.control.plane.issuer.close(session)
            try await premises.send(.get, "/api/me", as: person).expectProblem(401, "auth.dead_session")
        }
    }

    @Test func `unknown routes are 404 and other methods 405 with Allow`() async throws {
        try await Premises.run { premises in
            try await premises.send(.get, "/api/nothing").expectProblem(404, "not_found")
            try await premises.send(.get, "/").expectProblem(404, "not_found")
            let answer = try await premises.send(.delete, "/api/rooms/\(RoomID())")
            answer.expectProblem(405, "method_not_allowed")
            #expect(answer.headers[.allow] == "GET, HEAD, OPTIONS, PATCH")
            try await premises.send(.post, "/healthz").expectProblem(405, "method_not_allowed")
        }
    }

    @Test func `a body must be JSON, say so, and be short enough`() async throws {
        try await Premises.run { premises in
            let room = try await premises.room()
            let path = "/api/rooms/\(room.id)/messages"
            try await premises.send(.post, path, "{").expectProblem(400, "json.malformed")
            try await premises.send(.post, path).expectProblem(400, "json.malformed")
            try await premises.send(.post, path, #"{"body":"x","bogus":1}"#).expectProblem(
                400,
                "json.unknown_field",
                at: ["/bogus"]
            )
            try await premises.send(.post, path, #"{"body":1}"#).expectProblem(400, "json.wrong_type", at: ["/body"])
            try await premises.send(.post, path, bytes: ByteBuffer(bytes: [0x7B, 0xFF, 0x7D])).expectProblem(
                400,
                "utf8.malformed"
            )
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"] {
                let answer = try await premises.send(.post, path, #"{"body":"x"}"#, headers: [.contentType: type])
                answer.expectProblem(415, "body.not_json")
            }
            let accepted = try await premises.send(
                .post,
                path,
                #"{"body":"x"}"#,
                headers: [.contentType: "Application/JSON; charset=UTF-8"]
            )
            #expect(accepted.status == 201)
            let long = #"{"body":""# + String(repeating: "x", count: 256 << 10) + #""}"#
            try await premises.send(.post, path, long).expectProblem(413, "body.too_large")
        }
    }

    @Test func `a server over a socket answers problems the same way`() async throws {
        try await Premises.run(over: .live) { premises in
            let room = try await premises.room()
            let long = #"{"body":""# + String(repeating: "x", count: 2 << 20) + #""}"#
            try await premises.send(.post, "/api/rooms/\(room.id)/messages", long).expectProblem(413, "body.too_large")
            try await premises.send(.get, "/api/nothing").expectProblem(404, "not_found")
            #expect(try await premises.post("still here", in: room.id).status == 201)
        }
    }

    @Test func `a request id is taken over if it is sane, and made if not`() async throws {
        try await Premises.run { premises in
            let kept = try await premises.send(.get, "/api/me", headers: [.xRequestID: "web-1.2:3_4"])
            #expect(kept.headers[.xRequestID] == "web-1.2:3_4")
            for id in [String(repeating: "x", count: 129), "a b", "ä", ""] {
                let made = try await premises.send(.get, "/api/nothing", headers: [.xRequestID: id])
                #expect(made.headers[.xRequestID] != id)
                #expect(made.headers[.xRequestID]?.isEmpty == false)
                made.expectProblem(404, "not_found")
            }
        }
    }

    @Test func `what breaks inside is 500, and nothing of it shows`() async throws {
        try await Premises.run { premises in
            try await premises.database.pool().execute("ALTER TABLE rm.rooms RENAME TO hidden")
            let answer = try await premises.send(.get, "/api/rooms")
            answer.expectProblem(500, "internal")
            #expect(!answer.text.contains("rm."))
            #expect(!answer.text.contains("SQL"))
        }
    }

    @Test func `a store that is away is 503, for reads, writes and unknown tokens`() async throws {
        try await Premises.run { premises in
            #expect(try await premises.send(.get, "/api/rooms").status == 200)
            let name = premises.database.name
            let pool = premises.database.pool()
            let stranger = try await premises.person("stranger")
            try await pool.execute(
                "UPDATE pg_database SET datallowconn = false WHERE datname = \(name)"
            )
            try await pool.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(name) AND pid <> pg_backend_pid()"
            )
            for answer in [
                try await premises.send(.get, "/api/rooms"),
                try await premises.send(.post, "/api/rooms", #"{"name":"x"}"#),
                try await premises.send(.get, "/api/me", as: stranger),
            ] {
                answer.expectProblem(503, "store_unavailable")
                #expect(answer.headers[.retryAfter] == "1")
            }
        }
    }

    @Test func `a valid trace context is kept with the event, any other is not`() async throws {
        try await Premises.run { premises in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            for (header, kept) in [
                (trace, trace), ("00-00000000000000000000000000000000-b7ad6b7169203331-01", nil), ("\(trace)-x", nil),
                ("ff\(trace.dropFirst(2))", nil),
                (trace.uppercased(), nil), ("x", nil),
            ] {
                let room = try await premises.send(
                    .post,
                    "/api/rooms",
                    #"{"name":"x"}"#,
                    headers: [HTTPField.Name("traceparent")!: header]
                )
                let id = try #require(RoomID(room.id))
                let raw = try #require(
                    try await premises.handler.log.read(stream: id.uuid, of: premises.tenant, after: 0).first
                )
                #expect(try await premises.handler.codec.decode(raw).metadata.traceparent == kept)
            }
        }
    }

    @Test func `a line is logged for each request, and no secret in it`() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        try await Premises.run(logger: logger) { premises in
            let room = try await premises.room()
            _ = try await premises.send(
                .post,
                "/api/rooms/\(room.id)/messages",
                #"{"body":"a secret"}"#,
                headers: [.xRequestID: "the-id"]
            )
            _ = try await premises.send(.get, "/api/users?limit=77&cursor=planted-value")
            let text = lines.all.joined(separator: "\n")
            let line = try #require(lines.all.first { $0.contains("the-id") })
            #expect(line.contains("method=POST"))
            #expect(line.contains("route=/api/rooms/{room}/messages"))
            #expect(line.contains("status=201"))
            #expect(line.contains("ms="))
            #expect(line.contains("tenant=\(premises.tenant.id.uuidString.lowercased())"))
            #expect(!text.contains("secret"))
            // Not the number: the digits of an identifier or a duration may hold it.
            #expect(!text.contains("limit"))
            #expect(!text.contains("planted-value"))
            #expect(!text.contains(premises.owner.token))
            #expect(!text.contains("dbk_"))
        }
    }

    @Test func `health is told without a token`() async throws {
        try await Premises.run { premises in
            let alive = try await premises.send(.get, "/healthz", headers: [.authorization: "none"])
            #expect(alive.status == 200)
            let ready = try await premises.send(.get, "/readyz", headers: [.authorization: "none"])
            #expect(ready.text == #"{"status":"ready","checks":[{"name":"nothing","ok":true}]}"#)
        }
    }
}

/// Log lines, kept.
private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }
    func append(_ line: String) { kept.withLock { $0.append(line) } }
}

private struct LineHandler: LogHandler {
    let lines: Lines
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.append("\(event.message) " + fields.map { "\($0)=\($1)" }.sorted().joined(separator: " "))
    }
}
