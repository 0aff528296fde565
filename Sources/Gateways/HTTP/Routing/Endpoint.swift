package import Events
package import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// One route as a value: where it is, who may use it, what goes in and comes out, and what does it. The router, and whatever
/// documents or checks the surface, are made of the same list of these.
package struct Endpoint: Sendable {
    package let method: HTTPRequest.Method
    /// Such as `/api/rooms/{room}`.
    package let path: String
    /// One line for people.
    package let summary: String
    /// Who may use it at all. Reads are held against it here; writes are judged by their commands, on strongly consistent state.
    package let roles: Set<Role>
    /// The query parameters that it knows.
    package let query: [String]
    /// The body that it takes; nil if it looks at none.
    package let request: RequestShape?
    package let answer: any (Encodable & Sendable).Type
    /// The longest body, in bytes.
    package let bodyLimit: Int

    let respond: @Sendable (Call) async throws -> RawReply

    /// An endpoint that takes a body.
    package init<Body: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        for roles: Set<Role> = .participants,
        query: [String] = [],
        body: Body.Type,
        bodyLimit: Int = 1 << 20,
        handle: @escaping @Sendable (Call, Body) async throws -> Reply<Answer>
    ) {
        let json = StrictJSON(body)
        self.init(method, path, summary, roles, query, json.shape, Answer.self, bodyLimit) { call in
            RawReply(try await handle(call, try json.decode(try await call.request.jsonBody(upTo: bodyLimit))))
        }
    }

    /// An endpoint that looks at no body.
    package init<Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        for roles: Set<Role> = .participants,
        query: [String] = [],
        handle: @escaping @Sendable (Call) async throws -> Reply<Answer>
    ) {
        self.init(method, path, summary, roles, query, nil, Answer.self, 0) { call in RawReply(try await handle(call)) }
    }

    /// An endpoint that answers JSON lines (`application/x-ndjson`), as many as there are and as fast as the client takes them.
    package init<Line: Encodable & Sendable>(
        streaming lines: Line.Type,
        _ path: String,
        _ summary: String,
        for roles: Set<Role> = .participants,
        query: [String] = [],
        handle: @escaping @Sendable (Call) async throws -> LineStream<Line>
    ) {
        self.init(.get, path, summary, roles, query, nil, Line.self, 0) { call in
            RawReply(try await handle(call), for: call)
        }
    }

    private init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        _ roles: Set<Role>,
        _ query: [String],
        _ request: RequestShape?,
        _ answer: any (Encodable & Sendable).Type,
        _ bodyLimit: Int,
        respond: @escaping @Sendable (Call) async throws -> RawReply
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.roles = roles
        self.query = method == .get ? query + ["min_position"] : query
        self.request = request
        self.answer = answer
        self.bodyLimit = bodyLimit
        self.respond = respond
    }
}

extension Set<Role> {
    package static var anyone: Set<Role> { Set(Role.allCases) }
    /// All but auditors, who read the audit surfaces and nothing else.
    package static var participants: Set<Role> { [.owner, .admin, .member, .guest] }
    package static var administrators: Set<Role> { [.owner, .admin] }
}

/// A reply whose answer is not yet written.
struct RawReply: Sendable {
    let status: HTTPResponse.Status
    let version: Int64?
    let isWholeInVersion: Bool
    let position: Int64?
    let mediaType: String
    /// Nil for no body.
    let body: (@Sendable () -> ResponseBody)?

    init<Line>(_ lines: LineStream<Line>, for call: Call) {
        status = .ok
        version = nil
        isWholeInVersion = false
        position = nil
        mediaType = "application/x-ndjson"
        body = { lines.body(logger: call.context.logger) }
    }

    init<Answer>(_ reply: Reply<Answer>) {
        mediaType = "application/json"
        status = reply.status
        version = reply.version
        isWholeInVersion = reply.isWholeInVersion
        position = reply.position
        let answer = reply.answer
        if Answer.self == NoContent.self {
            body = nil
        } else {
            body = { ResponseBody(byteBuffer: JSONWriter.write(answer)) }
        }
    }
}
