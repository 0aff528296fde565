internal import EventStore
internal import HTTPTypes
package import Hummingbird
internal import Logging
package import Sessions

/// Lets a request in whose `Authorization: Bearer dbk_…` is a live session's token, and notes the session.
package struct BearerAuth: RouterMiddleware {
    package typealias Context = DaybookRequestContext

    let sessions: SessionStore

    package init(sessions: SessionStore) { self.sessions = sessions }

    @concurrent
    package func handle(
        _ request: Request,
        context: DaybookRequestContext,
        next: @concurrent (Request, DaybookRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let token = Self.token(request.headers[.authorization]) else {
            throw Problem.unauthorized(
                "auth.no_token",
                "send `Authorization: Bearer` with a session's token",
                challenge: "Bearer"
            )
        }
        guard let session = try await sessions.authenticate(token) else {
            throw Problem.unauthorized(
                "auth.dead_session",
                "the token is unknown, expired or revoked",
                challenge: #"Bearer error="invalid_token""#
            )
        }
        context.bearer.session = session
        var context = context
        context.logger[metadataKey: "tenant"] = .string(session.tenant.id.text)
        return try await next(request, context)
    }

    private static func token(_ header: String?) -> String? {
        guard let header else { return nil }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix("dbk_") else { return nil }
        return String(parts[1])
    }
}

extension Problem {
    package static func unauthorized(_ code: String, _ detail: String, challenge: String) -> Problem {
        Problem(.unauthorized, code, detail, headers: [.wwwAuthenticate: challenge])
    }
}
