import Foundation
import NIOHTTP1
import Testing

/// Secrets are planted wherever a process gets any, and everything that it then says, in good times and bad, is searched for them.
struct SecrecyTests {
    /// A marked text, so that any part of what holds it is found.
    private static func secret(_ name: String) -> String { "zq\(name)\(UInt32.random(in: 0...UInt32.max))qz" }

    private let password = secret("password")
    private let body = secret("body")
    private let name = secret("name")
    private let key = secret("key")
    private let token = secret("token")
    private let query = secret("query")
    private let field = secret("field")

    private struct Room: Decodable { var id: String }

    private func search(_ text: String, for secrets: [String], _ what: String) {
        for secret in secrets {
            guard let found = text.range(of: secret) else { continue }
            let line = text[text.lineRange(for: found)]
            Issue.record("\(what) tells a secret: \(line.prefix(1000))")
        }
    }

    private func room(on server: Server, as ada: String) async throws -> String {
        let room = ["kind": "channel", "name": name]
        return try await server.post("/api/rooms", room, as: ada, headers: ["Idempotency-Key": key]).decode(Room.self)
            .id
    }

    /// Everything that a client can do right and wrong, with something secret in each part of it; all at once, since each waits
    /// for a store that is away.
    private func use(_ server: Server, _ room: String, as ada: String) async {
        let messages = "/api/rooms/\(room)/messages"
        await withTaskGroup(of: Void.self) { group in
            func ask(_ method: HTTPMethod, _ path: String, _ body: (any Encodable & Sendable)? = nil, as token: String)
            {
                group.addTask { [key] in
                    // What it is answered is other tests' business.
                    _ = try? await server.send(method, path, body, as: token, headers: ["Idempotency-Key": key])
                }
            }
            for sent in [["body": body], ["body": body + " again"], ["body": body, field: body], [:]] {
                ask(.POST, messages, sent, as: ada)
            }
            ask(.POST, messages, body, as: ada)
            ask(.PATCH, "/api/me", ["name": name], as: ada)
            ask(.POST, "/api/users", ["handle": name, "name": name, "role": "member"], as: ada)
            ask(.POST, "/realtime/queues", ["bogus": body], as: ada)
            ask(.POST, "/realtime/queues", [String: String](), as: ada)
            for path in [
                messages, "/api/me?\(query)=\(query)", "/\(query)", "/api/rooms/\(query)", "/api/rooms?cursor=\(query)",
                "/realtime/queues/\(query)/events?cursor=\(query)", "/auth/invite?token=\(query)",
            ] { ask(.GET, path, as: ada) }
            for wrong in ["dbk_\(token)", token] { ask(.GET, "/api/me", as: wrong) }
        }
    }

    @Test func `a server says nothing secret, at any level, whatever befalls it`() async throws {
        let settings = ["LOG_LEVEL": "trace", "DAYBOOK_LOG_FORMAT": "json"]
        try await Installation.run(ownPostgres: true, settings: settings) { (installation) async throws in
            // Whom the cluster trusts it asks for no password; libpq holds it all the same.
            let conninfo = "\(installation.conninfo) password=\(password)"
            let server = try await installation.serve(options: ["--postgres", conninfo])
            let ada = try await installation.token(for: "ada")
            let room = try await room(on: server, as: ada)
            await use(server, room, as: ada)
            try await #require(installation.postgres).kill()
            await use(server, room, as: ada)
            try await #require(installation.postgres).start()
            await installation.redis.kill()
            await use(server, room, as: ada)
            try await installation.redis.start()
            // An event whose content no longer is what it was: it cannot be opened, and parks its stream.
            await server.kill()
            try installation.product().executeScript(
                "UPDATE es.events SET payload = set_byte(payload, length(payload) - 4, 0)"
            )
            try installation.product().executeScript("UPDATE rm.checkpoints SET position = 0")
            try await server.start(waiting: false)
            await use(server, room, as: ada)
            #expect(await server.terminate() == 0)

            let masterKey = try String(contentsOfFile: "\(installation.folder)/master.key", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let secrets = [password, body, name, key, token, query, field, ada, String(ada.dropFirst(4)), masterKey]
            search(server.words, for: secrets, "the server")
            search(server.words, for: [masterKey.uppercased(), String(masterKey.prefix(16))], "the server")
        }
    }

    @Test func `what cannot work is refused without quoting it`() async throws {
        let settings = ["DAYBOOK_LOG_FORMAT": "json"]
        try await Installation.run(settings: settings) { (installation) async throws in
            let badKey = "\(installation.folder)/bad.key"
            try Data(token.utf8).write(to: URL(filePath: badKey))
            let attempts = [
                ["migrate", "--postgres", "host=/nowhere password=\(password) and more"],
                ["migrate", "--postgres", "postgres://ada:\(password)@[::1/db"],
                ["migrate", "--postgres", "postgres://ada:open@\(password)@127.0.0.1:1/db"],
                ["migrate", "--postgres", "host=127.0.0.1 port=1 user=ada password=\(password)"],
                ["serve", "--port", "1", "--redis", "redis//:\(password)@nowhere"],
                ["serve", "--port", "1", "--redis", "redis://ada:\(password)@host:port"],
                ["serve", "--port", "1", "--master-key-file", badKey],
                ["token", "--tenant", "demo", "--user", "nobody", "--postgres", "host=/nowhere password=\(password)"],
            ]
            for arguments in attempts {
                let result = try await installation.attempt(arguments)
                #expect(result.status != 0)
                search(result.output + result.errors, for: [password, token], "\(arguments[0])")
            }
        }
    }

    @Test func `help does not show the environment`() async throws {
        let settings = ["DAYBOOK_REDIS": "redis://:\(password)@127.0.0.1"]
        try await Installation.run { (installation) async throws in
            var environment = installation.environment.merging(settings) { $1 }
            environment["DAYBOOK_POSTGRES"] = "host=127.0.0.1 password=\(password)"
            let log = "\(installation.folder)/help"
            for command in ["serve", "migrate", "token"] {
                let binary = try #require(environment["DAYBOOK_BINARY"])
                let child = try Child(
                    binary,
                    ["help", command],
                    environment: environment,
                    output: log,
                    errors: log
                )
                let result = await child.result()
                #expect(result.status == 0 && result.output.contains("--postgres"))
                search(result.output, for: [password], "the help")
            }
        }
    }

    @Test func `each line is JSON that says of which request it is`() async throws {
        let settings = ["DAYBOOK_LOG_FORMAT": "json", "LOG_LEVEL": "debug"]
        try await Installation.run(settings: settings) { (installation) async throws in
            let server = try await installation.serve()
            let ada = try await installation.token(for: "ada")
            let (requestID, traceID) = ("client-7", "0af7651916cd43dd8448eb211c80319c")
            let headers = ["X-Request-Id": requestID, "traceparent": "00-\(traceID)-b7ad6b7169203331-01"]
            let room = ["kind": "channel", "name": "general"]
            #expect(try await server.post("/api/rooms", room, as: ada, headers: headers).status == 201)
            let tenant = try installation.product().execute("SELECT tenant FROM es.tenants LIMIT 1").decode(UUID.self)[
                0
            ]
            #expect(await server.terminate() == 0)

            var lines: [[String: Any]] = []
            for line in server.words.split(separator: "\n") {
                let fields = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    "not JSON: \(line)"
                )
                #expect(fields["time"] is String && fields["level"] is String && fields["message"] is String)
                lines.append(fields)
            }
            for message in ["request", "command"] {
                let line = try #require(
                    lines.first { $0["message"] as? String == message && $0["request_id"] as? String == requestID },
                    "no line '\(message)' of the request"
                )
                #expect(line["trace_id"] as? String == traceID)
                #expect(line["tenant"] as? String == tenant.uuidString.lowercased())
            }
            let request = try #require(
                lines.first { $0["message"] as? String == "request" && $0["request_id"] as? String == requestID }
            )
            #expect(request["status"] as? Int == 201)
            #expect(request["route"] as? String == "/api/rooms")
            #expect(request["ms"] is Double)
            let command = try #require(
                lines.first { $0["message"] as? String == "command" && $0["request_id"] as? String == requestID }
            )
            #expect(command["command"] as? String == "create_room")
            #expect(command["command_id"] is String)
            #expect(command["outcome"] as? String == "done")
        }
    }
}
