package import Events
package import HTTPTypes
internal import Hummingbird

/// One route as a value: where it is, who may use it, what goes in and comes out, and what does it. The router and the contract of
/// the surface are made of the same list of these.
package struct Endpoint: Sendable {
    /// What it does along with all of its kind, such as which headers it heeds.
    package enum Kind: Sendable {
        /// Reads the read models: for its roles alone, and not before they hold what the request wants to see.
        case read
        /// Runs a command: once for each key, on the entity's version that is named. The command judges who may.
        case write
        /// Does neither.
        case plain
    }

    /// Who is let in at all.
    package enum Access: Sendable, Equatable {
        /// Whoever has a session of a user of a tenant.
        case user
        /// Whoever has logged in, in whatever tenant or none.
        case account
        /// Whoever has logged in and has this role in the installation, or more, at this moment.
        case operators(OperatorRole)
        /// A service of the installation that may do this; whichever, if it is nil. Nobody's session is let in.
        case services(ServiceScope?)
        case everybody
    }

    /// How the answer comes.
    package enum Form: String, Sendable {
        case whole = "application/json"
        /// A line each, as many as there are.
        case lines = "application/x-ndjson"
    }

    /// How a body comes.
    package enum Encoding: String, Sendable {
        case json = "application/json"
        case form = "application/x-www-form-urlencoded"
    }

    package let method: HTTPRequest.Method
    /// Such as `/api/rooms/{room}`.
    package let path: String
    /// One line for people.
    package let summary: String
    package let kind: Kind
    package let access: Access
    /// What a token of limited scope needs to be good for; nil where no user of a tenant is asked for.
    package let scope: TokenScope?
    /// The users who may use it.
    package let roles: Set<Role>
    /// All that it knows, wherever they stand.
    package let parameters: [Parameter]
    /// The body that it takes; nil if it looks at none.
    package let request: JSONShape?
    /// How it comes.
    package let encoding: Encoding
    /// Whether the body may be left out.
    package let isRequestOptional: Bool
    /// The longest body, in bytes.
    package let bodyLimit: Int
    /// Of an answer that is no problem.
    package let status: HTTPResponse.Status
    package let answer: any EndpointAnswer.Type
    /// Problems that it has besides those of its kind.
    package let problems: [Problem]
    package let form: Form
    /// Statuses that it answers by a page for people.
    package let pages: Set<HTTPResponse.Status>
    /// By which rules its requests are counted.
    package let limit: RouteClass

    /// Whether whoever asks must have shown lately who they are.
    package private(set) var needsRecentLogin = false

    let query: [Parameter]
    let respond: @Sendable (Call) async throws -> RawReply

    /// An endpoint that takes a body.
    package init<Body: Decodable & Sendable, Answer: EndpointAnswer>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        as kind: Kind? = nil,
        for roles: Set<Role> = .participants,
        query: [Parameter] = [],
        body: Body.Type,
        bodyLimit: Int = 1 << 20,
        status: HTTPResponse.Status? = nil,
        problems: [Problem] = [],
        limit: RouteClass? = nil,
        handle: @escaping @Sendable (Call, Body) async throws -> Reply<Answer>
    ) {
        let json = StrictJSON(body)
        self.init(
            method,
            path,
            summary,
            kind,
            .user,
            roles,
            query,
            (JSONShape.request(body), json.isOptional, bodyLimit),
            status,
            Answer.self,
            problems,
            limit
        ) { call in
            RawReply(try await handle(call, try json.decode(try await call.request.jsonBody(upTo: bodyLimit))))
        }
    }

    /// An endpoint that looks at no body.
    package init<Answer: EndpointAnswer>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        as kind: Kind? = nil,
        for roles: Set<Role> = .participants,
        query: [Parameter] = [],
        status: HTTPResponse.Status? = nil,
        problems: [Problem] = [],
        limit: RouteClass? = nil,
        handle: @escaping @Sendable (Call) async throws -> Reply<Answer>
    ) {
        self.init(method, path, summary, kind, .user, roles, query, nil, status, Answer.self, problems, limit) { call in
            RawReply(try await handle(call))
        }
    }

    /// An endpoint for whoever is no user of a tenant, or none yet. It takes a body.
    package init<Body: Decodable & Sendable, Answer: EndpointAnswer>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        access: Access,
        query: [Parameter] = [],
        body: Body.Type,
        bodyLimit: Int = 64 << 10,
        status: HTTPResponse.Status? = nil,
        problems: [Problem] = [],
        limit: RouteClass,
        handle: @escaping @Sendable (Call, Body) async throws -> Reply<Answer>
    ) {
        let json = StrictJSON(body)
        self.init(
            method,
            path,
            summary,
            .plain,
            access,
            [],
            query,
            (JSONShape.request(body), json.isOptional, bodyLimit),
            status,
            Answer.self,
            problems,
            limit
        ) { call in
            RawReply(try await handle(call, try json.decode(try await call.request.jsonBody(upTo: bodyLimit))))
        }
    }

    /// An endpoint for whoever is no user of a tenant, or none yet. It looks at no body.
    package init<Answer: EndpointAnswer>(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        access: Access,
        query: [Parameter] = [],
        status: HTTPResponse.Status? = nil,
        problems: [Problem] = [],
        limit: RouteClass,
        handle: @escaping @Sendable (Call) async throws -> Reply<Answer>
    ) {
        self.init(method, path, summary, .plain, access, [], query, nil, status, Answer.self, problems, limit) { call in
            RawReply(try await handle(call))
        }
    }

    /// An endpoint for browsers: it answers pages, or sends the browser on.
    ///
    /// - Parameter pages: the statuses of its pages.
    package init(
        showing pages: Set<HTTPResponse.Status>,
        _ path: String,
        _ summary: String,
        query: [Parameter] = [],
        problems: [Problem] = [],
        limit: RouteClass,
        handle: @escaping @Sendable (Call) async throws -> Reply<Page>
    ) {
        self.init(
            .get,
            path,
            summary,
            .plain,
            .everybody,
            [],
            query,
            nil,
            .ok,
            Page.self,
            problems,
            limit,
            pages: pages
        ) { call in
            RawReply(try await handle(call))
        }
    }

    /// An endpoint that takes a form.
    ///
    /// - Parameter pages: the statuses that it answers by a page.
    package init<Answer: EndpointAnswer>(
        taking fields: [FormField],
        _ path: String,
        _ summary: String,
        bodyLimit: Int = 64 << 10,
        status: HTTPResponse.Status? = nil,
        showing pages: Set<HTTPResponse.Status> = [],
        problems: [Problem] = [],
        limit: RouteClass,
        handle: @escaping @Sendable (Call, FormBody) async throws -> Reply<Answer>
    ) {
        let shape = JSONShape.object(fields.map { .init(name: $0.name, shape: $0.shape, required: $0.isRequired) })
        self.init(
            .post,
            path,
            summary,
            .plain,
            .everybody,
            [],
            [],
            (shape, false, bodyLimit),
            status,
            Answer.self,
            problems,
            limit,
            taking: .form,
            pages: pages
        ) { call in
            RawReply(try await handle(call, try await FormBody(of: call.request, fields: fields, upTo: bodyLimit)))
        }
    }

    /// An endpoint that answers JSON lines (`application/x-ndjson`), as many as there are and as fast as the client takes them.
    package init<Line: EndpointAnswer & Encodable>(
        streaming lines: Line.Type,
        _ path: String,
        _ summary: String,
        for roles: Set<Role> = .participants,
        query: [Parameter] = [],
        problems: [Problem] = [],
        limit: RouteClass? = nil,
        handle: @escaping @Sendable (Call) async throws -> LineStream<Line>
    ) {
        self.init(.get, path, summary, .read, .user, roles, query, nil, .ok, lines, problems, limit, as: .lines) {
            call in
            RawReply(try await handle(call), for: call)
        }
    }

    private init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        _ kind: Kind?,
        _ access: Access,
        _ roles: Set<Role>,
        _ query: [Parameter],
        _ request: (shape: JSONShape, isOptional: Bool, limit: Int)?,
        _ status: HTTPResponse.Status?,
        _ answer: any EndpointAnswer.Type,
        _ problems: [Problem],
        _ limit: RouteClass?,
        as form: Form = .whole,
        taking encoding: Encoding = .json,
        pages: Set<HTTPResponse.Status> = [],
        respond: @escaping @Sendable (Call) async throws -> RawReply
    ) {
        let kind = kind ?? (method == .get ? .read : .write)
        self.method = method
        self.path = path
        self.summary = summary
        self.kind = kind
        self.access = access
        scope = access == .user ? Self.scope(at: path, method) : nil
        self.roles = roles
        self.query = kind == .read ? query + [.minPosition] : query
        parameters =
            Parameter.inPath(path) + self.query + Self.headers(of: kind, answering: answer)
            + (self.query.contains { $0.name == Parameter.minPosition.name } ? [.minPositionHeader] : [])
            + [.traceparent, .requestID]
        self.request = request?.shape
        isRequestOptional = request?.isOptional ?? true
        bodyLimit = request?.limit ?? 0
        self.status = status ?? (answer.answerShape == nil ? .noContent : .ok)
        self.answer = answer
        self.problems = problems
        self.form = form
        self.encoding = encoding
        self.pages = pages
        guard let limit = limit ?? Self.limit(of: kind) else {
            preconditionFailure("\(path) must say how it is limited")
        }
        precondition(limit.isOfSessions == (access == .user), "who asks \(path) cannot be counted as \(limit)")
        self.limit = limit
        self.respond = respond
    }

    /// The same for those alone who have shown lately who they are (step-up): for what is dangerous in a stolen session.
    package var afterRecentLogin: Endpoint {
        precondition(access != .everybody, "\(path) asks nobody who they are")
        var endpoint = self
        endpoint.needsRecentLogin = true
        return endpoint
    }

    /// Unless it says otherwise.
    private static func limit(of kind: Kind) -> RouteClass? {
        switch kind {
        case .read: .read
        case .write: .write
        case .plain: nil
        }
    }

    private static func headers(of kind: Kind, answering answer: any EndpointAnswer.Type) -> [Parameter] {
        switch kind {
        case .read: (isSpared(answer) ? [.ifNoneMatch] : []) + [.minPositionTimeout]
        case .write: [.idempotencyKey, .ifMatch]
        case .plain: []
        }
    }

    /// Whether a client that holds the answer's version need not be sent it again.
    private static func isSpared(_ answer: any EndpointAnswer.Type) -> Bool {
        (answer as? any EntityAnswer.Type)?.isWholeInVersion ?? false
    }

    /// Whether it answers 304 to who holds the answer already.
    package var answersNotModified: Bool { kind == .read && Self.isSpared(answer) }
}

extension Set<Role> {
    package static var anyone: Set<Role> { Set(Role.allCases) }
    /// All but auditors, who read the audit surfaces and nothing else.
    package static var participants: Set<Role> { [.owner, .admin, .member, .guest] }
    package static var administrators: Set<Role> { [.owner, .admin] }
}

/// A reply whose answer is not yet written.
struct RawReply: Sendable {
    /// Nil for the endpoint's own.
    let status: HTTPResponse.Status?
    let version: Int64?
    let position: Int64?
    let headers: HTTPFields
    /// Nil for no body.
    let body: @Sendable () -> ResponseBody?

    init<Line>(_ lines: LineStream<Line>, for call: Call) {
        status = nil
        version = nil
        position = nil
        headers = [:]
        body = { lines.body(logger: call.context.logger) }
    }

    init<Answer>(_ reply: Reply<Answer>) {
        let answer = reply.answer
        status = reply.status
        version = (answer as? any EntityAnswer)?.entityVersion
        position = reply.position
        headers = reply.headers
        body = { answer.written().map { ResponseBody(byteBuffer: $0) } }
    }
}
