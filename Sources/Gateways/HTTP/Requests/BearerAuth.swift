internal import EventStore
internal import Events
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Sessions

/// Lets a request in whose `Authorization: Bearer` is a live session's token, or that has it in a cookie; or what a service signed.
struct BearerAuth: Sendable {
    let sessions: SessionStore
    let cookies: SessionCookies
    /// Nil where nothing is for them.
    var services: ServiceStore?

    /// Notes who asks in the context: 401 for nobody, where somebody is asked for.
    func admit(
        _ request: Request,
        _ context: inout DaybookRequestContext,
        as access: Endpoint.Access
    ) async throws {
        switch access {
        case .user:
            let token = try required(userToken(of: request))
            guard let session = try await sessions.authenticate(token) else { throw Problem.deadSession }
            context.bearer.session = session
            context.logger[metadataKey: "tenant"] = .string(session.tenant.id.text)
        case .account, .operators:
            let token = try required(cookies.presentedToken(of: request, in: [cookies.account]))
            guard let session = try await sessions.authenticateAccount(token) else { throw Problem.deadSession }
            context.bearer.account = session
        case .services(let scope):
            guard let services else { preconditionFailure("the route is for services, and nobody knows them") }
            let service = try await service(that: request, services, context)
            context.logger[metadataKey: "service"] = .string(service.name)
            if let scope, !service.scopes.contains(scope) { throw Problem.insufficientScope(scope.rawValue) }
            context.bearer.service = service
        case .everybody: break
        }
    }

    /// Refuses whoever has not shown lately who they are (RFC 9470).
    func expectRecent(_ context: DaybookRequestContext) async throws {
        if let account = context.bearer.account { return try await expectRecent(account) }
        guard let session = context.bearer.session else { return }
        guard try await sessions.isRecent(session.id, known: session.authenticatedAt) else {
            throw Problem.stepUp(within: sessions.recency, at: nil)
        }
    }

    func expectRecent(_ account: AccountSession) async throws {
        guard try await sessions.isRecent(account.id.uuid, known: account.authenticatedAt) else {
            throw Problem.stepUp(within: sessions.recency, at: account.provider)
        }
    }

    private func service(
        that request: Request,
        _ services: ServiceStore,
        _ context: DaybookRequestContext
    ) async throws -> ServiceCaller {
        guard let header = request.headers[.authorization] else {
            throw Problem.noToken("a JWT that the service signed")
        }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem.serviceRefused }
        do { return try await services.authenticate(String(parts[1])) } catch let refusal as ServiceStore.Refused {
            context.logger.info("a service is refused", metadata: ["reason": "\(refusal.reason)"])
            throw Problem.serviceRefused
        }
    }

    /// Whether what the request shows of a user's session is known here, so that no store has to be asked for it.
    func remembers(_ request: Request) throws(Problem) -> Bool {
        try userToken(of: request).map { sessions.remembers($0.token) } ?? true
    }

    private func userToken(of request: Request) throws(Problem) -> SessionCookies.Presented? {
        try cookies.presentedToken(
            of: request,
            in: request.headers[.daybookTenant].map { [cookies.tenant($0)] } ?? []
        )
    }

    private func required(_ presented: SessionCookies.Presented?) throws(Problem) -> String {
        guard let presented else { throw .noToken("a session's token") }
        return presented.token
    }
}

extension Problem {
    package static func unauthorized(_ code: String, _ detail: String, challenge: String) -> Problem {
        Problem(.unauthorized, code, detail, headers: [.wwwAuthenticate: challenge])
    }

    package static let stepUpCode = "auth.step_up_required"

    /// - Parameter provider: that vouched for them; nil where it is not known.
    fileprivate static func stepUp(within recency: Duration, at provider: String?) -> Problem {
        let seconds = recency.components.seconds
        var problem = Problem.unauthorized(
            stepUpCode,
            "show again who you are: the last time was more than \(seconds) seconds ago",
            challenge: """
                Bearer error="insufficient_user_authentication", \
                error_description="a more recent authentication is required", max_age="\(seconds)"
                """
        )
        // Half, so that who comes back has enough of the time left.
        let name = provider?.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        problem.loginURL = "/auth/login?max_age=\(seconds / 2)" + (name.map { "&provider=\($0)" } ?? "")
        return problem
    }

    fileprivate static func noToken(_ what: String) -> Problem {
        .unauthorized("auth.no_token", "send `Authorization: Bearer` with \(what)", challenge: "Bearer")
    }

    /// RFC 6750 §3.1.
    package static func insufficientScope(_ scope: String) -> Problem {
        Problem(
            .forbidden,
            "auth.insufficient_scope",
            "this takes the scope `\(scope)`",
            headers: [.wwwAuthenticate: #"Bearer error="insufficient_scope", scope="\#(scope)""#]
        )
    }

    /// The same whatever is wrong, so that nobody learns which services there are.
    fileprivate static var serviceRefused: Problem {
        .unauthorized(
            "auth.service_refused",
            "the token is no service's: of nobody, run out, for somebody else, or signed with a key that is not good",
            challenge: #"Bearer error="invalid_token""#
        )
    }

    fileprivate static var deadSession: Problem {
        .unauthorized(
            "auth.dead_session",
            "the token is unknown, expired or revoked",
            challenge: #"Bearer error="invalid_token""#
        )
    }
}
