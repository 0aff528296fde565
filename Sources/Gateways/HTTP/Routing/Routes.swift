internal import EventStore
internal import Events
internal import HTTPTypes
package import Hummingbird
package import Projections
package import Sessions

/// Puts the endpoints of a surface on a router, with what they have in common (sessions, roles, queries, read-your-writes, entity
/// tags) and with their contract.
package struct Routes: Sendable {
    /// What endpoints need that read or write, and plain ones do not.
    private struct Stores {
        let reads: ReadModels
        let positions: PositionTokens
        let standings: Standings
    }

    private let auth: BearerAuth
    private let limits: RequestLimits?
    private let stores: Stores?
    private let operators: OperatorGate?

    /// - Parameter limits: nil lets everything through.
    package init(
        sessions: SessionStore,
        cookies: SessionCookies,
        limits: RequestLimits?,
        reads: ReadModels,
        positions: PositionTokens,
        standings: Standings
    ) {
        auth = BearerAuth(sessions: sessions, cookies: cookies)
        self.limits = limits
        stores = Stores(reads: reads, positions: positions, standings: standings)
        operators = nil
    }

    /// For plain endpoints alone.
    ///
    /// - Parameters:
    ///   - operators: lets those in who operate the installation; nil where nothing is for them.
    ///   - services: lets those in; nil where nothing is for them.
    package init(
        sessions: SessionStore,
        cookies: SessionCookies,
        limits: RequestLimits?,
        operators: OperatorGate? = nil,
        services: ServiceStore? = nil
    ) {
        auth = BearerAuth(sessions: sessions, cookies: cookies, services: services)
        self.limits = limits
        stores = nil
        self.operators = operators
    }

    /// Adds the endpoints, and their contract, which needs no session. Other methods on their paths are answered 405 with `Allow`.
    package func add(_ endpoints: [Endpoint], of surface: Surface, to router: Router<DaybookRequestContext>) {
        expectStores(for: endpoints)
        router.add(endpoints, of: surface) { index, request, context in
            var context = context
            try await admit(request, &context, to: endpoints[index])
            return try await respond(to: request, context, by: endpoints[index])
        }
    }

    /// What one cell has of a surface.
    package struct Part: Sendable {
        let routes: Routes
        let endpoints: [Endpoint]

        package init(_ endpoints: [Endpoint], by routes: Routes) {
            routes.expectStores(for: endpoints)
            self.routes = routes
            self.endpoints = endpoints
        }
    }

    /// Adds a surface of which each cell has its own: a request goes to the one where the caller's tenant lives.
    ///
    /// - Parameter cells: by their names. Their endpoints are the same, over different stores, and all for users of tenants.
    package static func add(_ cells: [String: Part], of surface: Surface, to router: Router<DaybookRequestContext>) {
        guard let any = cells.values.first else { return }
        precondition(any.endpoints.allSatisfy { $0.access == .user }, "a cell is known by the caller's tenant")
        router.add(any.endpoints, of: surface) { index, request, context in
            var context = context
            try await any.routes.admit(request, &context, to: any.endpoints[index])
            guard let cell = cells[context.session.cell] else {
                throw Problem.unavailable(
                    "cell_not_served",
                    "this process does not serve the cell of the caller's tenant"
                )
            }
            return try await cell.routes.respond(to: request, context, by: cell.endpoints[index])
        }
    }

    private func expectStores(for endpoints: [Endpoint]) {
        guard stores == nil, let reading = endpoints.first(where: { $0.kind != .plain }) else { return }
        preconditionFailure("\(reading.path) needs the read models")
    }

    private func respond(
        to request: Request,
        _ context: DaybookRequestContext,
        by endpoint: Endpoint
    ) async throws -> Response {
        if case .operators(let role) = endpoint.access {
            guard let operators else {
                preconditionFailure("\(endpoint.path) is for operators, and nobody lets them in")
            }
            try await operators.admit(context, to: endpoint, needing: role)
        }
        if endpoint.needsRecentLogin { try await auth.expectRecent(context) }
        let call = Call(request: request, context: context, query: try Query(of: request, known: endpoint.query))
        if endpoint.kind == .read, let stores {
            try await stores.standings.check(call.session, against: endpoint.roles)
            try await wait(for: call, in: stores)
        }
        let reply = try await endpoint.respond(call)
        var headers = reply.headers
        if let position = reply.position, let stores {
            headers[.daybookPosition] = stores.positions.seal(position, of: call.tenant)
        }
        if let tag = reply.version.map(EntityTag.init) {
            headers[.eTag] = tag.description
            if endpoint.answersNotModified, let held = request.headers[.ifNoneMatch], tag.matches(anyOf: held) {
                return Response(status: .notModified, headers: headers)
            }
        } else {
            // Without a tag there is nothing to ask by whether it is still so.
            headers[.cacheControl] = "no-store"
        }
        let status = reply.status ?? endpoint.status
        guard let body = reply.body() else { return Response(status: status, headers: headers) }
        if !headers.contains(.contentType) { headers[.contentType] = endpoint.form.rawValue }
        return Response(status: status, headers: headers, body: body)
    }

    /// Refuses whoever has not shown lately who they are, as endpoints do that say `afterRecentLogin`.
    package func expectRecent(_ account: AccountSession) async throws { try await auth.expectRecent(account) }

    /// Finds out who asks, and counts the request: against the user and the tenant of a session, or else the address.
    private func admit(_ request: Request, _ context: inout DaybookRequestContext, to endpoint: Endpoint) async throws {
        try await identify(request, &context, for: endpoint)
        guard let scope = endpoint.scope, let scopes = context.session.scopes, !scopes.contains(scope) else { return }
        throw Problem.insufficientScope(scope.rawValue)
    }

    private func identify(
        _ request: Request,
        _ context: inout DaybookRequestContext,
        for endpoint: Endpoint
    ) async throws {
        guard let limits else { return try await auth.admit(request, &context, as: endpoint.access) }
        guard endpoint.access == .user else {
            try await limits.charge(endpoint.limit, from: request, context)
            return try await auth.admit(request, &context, as: endpoint.access)
        }
        if limits.shutsOut, try !auth.remembers(request) { try limits.expectNoFlood(of: request, context) }
        do { try await auth.admit(request, &context, as: .user) } catch let problem as Problem
            where problem.status == .unauthorized
        {
            try await limits.charge(.stranger, from: request, context)
            throw problem
        }
        try await limits.charge(endpoint.limit, to: context.session, context)
    }

    /// A read that names a position waits until the read models hold it.
    private func wait(for call: Call, in stores: Stores) async throws {
        let timeout = try call.request.minPositionTimeout()
        guard let token = call.request.headers[.daybookMinPosition] ?? call.query[.minPosition] else { return }
        let position = try stores.positions.open(token, of: call.tenant)
        guard try await stores.reads.wait(for: call.tenant, past: position, timeout: timeout) else {
            throw Problem.unavailable("projection_behind", "the read models do not hold this position yet")
        }
    }
}

extension Request {
    /// How long a read may wait for its position: 2 seconds unless the header says otherwise, at most 10.
    package func minPositionTimeout() throws(Problem) -> Duration {
        guard let text = headers[.daybookMinPositionTimeout] else { return .seconds(2) }
        guard let milliseconds = Int(text), (0...10_000).contains(milliseconds) else {
            throw .badRequest("bad_timeout", "Daybook-Min-Position-Timeout-Ms must be a whole number from 0 to 10000")
        }
        return .milliseconds(milliseconds)
    }
}

extension RouterMethods where Context == DaybookRequestContext {
    /// - Parameter respond: is given which endpoint it is.
    func add(
        _ endpoints: [Endpoint],
        of surface: Surface,
        respond: @escaping @Sendable (Int, Request, DaybookRequestContext) async throws -> Response
    ) {
        for (index, endpoint) in endpoints.enumerated() {
            on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                try await respond(index, request, context)
            }
        }
        for (path, methods) in Dictionary(grouping: endpoints, by: \.path) {
            refuseOthers(than: methods.map(\.method), at: path)
        }
        addContract(of: surface, with: endpoints)
    }

    /// Answers OPTIONS with the methods that the path takes, and every other method that it does not take with 405 and the same.
    func refuseOthers(than taken: [HTTPRequest.Method], at path: String) {
        let answered = Set(taken + (taken.contains(.get) ? [.head] : []) + [.options])
        let names = answered.map(\.rawValue).sorted().joined(separator: ", ")
        on(RouterPath(path), method: .options) { _, _ in Response(status: .noContent, headers: [.allow: names]) }
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY"]
        for method in known.compactMap({ HTTPRequest.Method($0) }) where !answered.contains(method) {
            on(RouterPath(path), method: method) { _, _ -> Response in
                throw Problem(
                    .methodNotAllowed,
                    "method_not_allowed",
                    "this route takes \(names)",
                    headers: [.allow: names]
                )
            }
        }
    }

    /// Answers the contract of a surface to everybody.
    func addContract(of surface: Surface, with endpoints: [Endpoint]) {
        let document = JSONWriter.write(Contract(of: surface, with: endpoints).document, capacity: 1 << 18)
        on(RouterPath(surface.contractPath), method: .get) { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                body: ResponseBody(byteBuffer: document)
            )
        }
        refuseOthers(than: [.get], at: surface.contractPath)
    }
}
