internal import EventStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Sessions

/// Lets a request in whose `Authorization: Bearer dbk_…` is a live session's token.
struct BearerAuth: Sendable {
    /// No header of ours is longer.
    private static let lengthLimit = 256

    let sessions: SessionStore

    /// Notes the session in the context: 401 without one.
    func admit(_ request: Request, _ context: inout DaybookRequestContext) async throws {
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
        context.logger[metadataKey: "tenant"] = .string(session.tenant.id.text)
    }

    private static func token(_ header: String?) -> String? {
        guard let header, header.isPlain(upTo: lengthLimit) else { return nil }
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
