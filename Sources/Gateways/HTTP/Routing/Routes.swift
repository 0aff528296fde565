internal import EventStore
internal import HTTPTypes
package import Hummingbird
package import Projections
package import Sessions

/// Puts endpoints on a router, with what they have in common: sessions, roles, queries, read-your-writes, entity tags.
package struct Routes: Sendable {
    package let sessions: SessionStore
    package let reads: ReadModels
    package let positions: PositionTokens
    package let standings: Standings

    package init(sessions: SessionStore, reads: ReadModels, positions: PositionTokens, standings: Standings) {
        self.sessions = sessions
        self.reads = reads
        self.positions = positions
        self.standings = standings
    }

    /// Adds the endpoints; other methods on their paths are answered 405 with `Allow`.
    package func add(_ endpoints: [Endpoint], to router: Router<DaybookRequestContext>) {
        let behindAuth = router.group().add(middleware: BearerAuth(sessions: sessions))
        for endpoint in endpoints {
            behindAuth.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                try await respond(to: request, context, by: endpoint)
            }
        }
        for (path, methods) in Dictionary(grouping: endpoints, by: \.path) {
            router.refuseOthers(than: methods.map(\.method), at: path)
        }
    }

    private func respond(
        to request: Request,
        _ context: DaybookRequestContext,
        by endpoint: Endpoint
    ) async throws -> Response {
        let call = Call(request: request, context: context, query: try Query(of: request, known: endpoint.query))
        let isRead = endpoint.method == .get
        if isRead {
            try await standings.check(call.session, against: endpoint.roles)
            try await waitForPosition(call)
        }
        let reply = try await endpoint.respond(call)
        var response = Response(status: reply.status)
        if let position = reply.position {
            response.headers[.daybookPosition] = positions.seal(position, of: call.tenant)
        }
        if let version = reply.version {
            let tag = EntityTag(version: version)
            response.headers[.eTag] = tag.description
            if isRead, reply.isWholeInVersion, reply.status == .ok, let held = request.headers[.ifNoneMatch],
                tag.matches(anyOf: held)
            {
                response.status = .notModified
                return response
            }
        }
        if let body = reply.body {
            response.headers[.contentType] = reply.mediaType
            response.body = body()
        }
        return response
    }

    /// A read that names a position waits until the read models hold it.
    private func waitForPosition(_ call: Call) async throws {
        guard let token = call.request.headers[.daybookMinPosition] ?? call.query["min_position"] else { return }
        let position = try positions.open(token, of: call.tenant)
        let timeout = try call.request.minPositionTimeout()
        guard try await reads.wait(for: call.tenant, past: position, timeout: timeout) else {
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

extension RouterMethods {
    /// Answers 405 with `Allow` to every method on the path but these.
    func refuseOthers(than allowed: [HTTPRequest.Method], at path: String) {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        for method in all where !allowed.contains(method) {
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
}
