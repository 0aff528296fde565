internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import OIDC
internal import Observability
internal import Sessions

extension AuthAPI {
    var loginEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/auth/providers",
                "Who can vouch for somebody here",
                access: .everybody,
                limit: .account
            ) { _ in
                Reply(
                    ProvidersView(
                        items: self.configuration.providers.map {
                            ProviderView(name: $0.configuration.name, title: $0.configuration.title)
                        }
                    )
                )
            },
            Endpoint(
                .get,
                "/auth/login",
                "Sends the browser to a provider to log in",
                access: .everybody,
                query: [.provider, .returnTo, .loginPrompt, .maxAge, .link],
                status: .seeOther,
                problems: [.noProvider, .providerAway, .badReturn, .linkFromElsewhere, .linkWithoutSession],
                limit: .login,
                handle: login
            ),
            Endpoint(
                .get,
                "/auth/callback",
                "Where the provider sends the browser back to: logs in, and sends it on",
                access: .everybody,
                query: [.code, .state, .issuer, .error, .errorDescription, .sessionState, .scope],
                status: .seeOther,
                problems: [.noAttempt, .loginRefused, .providerAway, .linkWithoutSession],
                limit: .login,
                handle: callback
            ),
        ]
    }

    struct ProviderView: Codable, EndpointAnswer {
        let name: String
        /// For people.
        let title: String
    }

    struct ProvidersView: Codable, EndpointAnswer {
        let items: [ProviderView]
    }

    private var redirectURI: String { cookies.origin + "/auth/callback" }

    private func login(_ call: Call) async throws -> Reply<NoContent> {
        let prompt = try call.query.value(.loginPrompt) { LoginPrompt(rawValue: $0) }
        let maxAge = try call.query.value(.maxAge) { Int($0).flatMap { (0...86_400).contains($0) ? $0 : nil } }
        let visitor = try await visitor(call).session
        // Who shows again who they are does so where they did before, unless told otherwise.
        let isStepUp = prompt == .login || maxAge != nil
        let name =
            call.query[.provider] ?? (isStepUp ? visitor?.provider : nil)
            ?? configuration.providers.first?.configuration.name
        guard let name, let provider = provider(named: name) else { throw Problem.noProvider }
        let returnTo = call.query[.returnTo] ?? "/auth/session"
        guard returnTo.isLocalPath else { throw Problem.badReturn }
        let purpose: LoginAttempt.Purpose
        if try call.query.value(.link, { Bool($0) }) == true {
            purpose = .link(try await linking(visitor, call))
        } else {
            purpose = isStepUp ? visitor.map { .stepUp($0.id) } ?? .logIn : .logIn
        }
        let attempt = LoginAttempt(
            provider: name,
            login: provider.login(maxAgeSeconds: maxAge),
            purpose: purpose,
            returnTo: returnTo
        )
        let url: String
        do {
            url = try await provider.authorizationURL(
                for: attempt.login,
                redirectURI: redirectURI,
                prompt: prompt
            )
        } catch {
            throw problem(of: error, for: call)
        }
        let cookie = cookies.setting(cookies.login, to: try attempts.seal(attempt), for: LoginAttempt.lifetime)
        return Reply(headers: [.location: url, .setCookie: cookie])
    }

    /// The session of whoever begins to link. Another site's page must not begin it: whoever has the browser logged in as themselves
    /// at a provider would be linked to the account of whose browser it is.
    private func linking(_ visitor: AccountSession?, _ call: Call) async throws -> SessionID {
        guard call.request.headers[.secFetchSite] == "same-origin" || call.request.headers[.daybookCSRF] == "1" else {
            throw Problem.linkFromElsewhere
        }
        guard let visitor else { throw Problem.linkWithoutSession }
        try await routes.expectRecent(visitor)
        return visitor.id
    }

    private func callback(_ call: Call) async throws -> Reply<NoContent> {
        guard let sealed = cookies.value(of: cookies.login, in: call.request), let attempt = attempts.open(sealed),
            let state = call.query[.state], attempt.login.answers(state),
            let provider = provider(named: attempt.provider)
        else { throw Problem.noAttempt }
        if let error = call.query[.error] {
            throw Problem.loginRefused(
                "the provider says \(error.plainPrefix): \((call.query[.errorDescription] ?? "").plainPrefix)"
            )
        }
        guard let code = call.query[.code] else { throw Problem.noAttempt }
        let identity: VerifiedIdentity
        do {
            identity = try await provider.redeem(
                code: code,
                login: attempt.login,
                redirectURI: redirectURI,
                responseIssuer: call.query[.issuer]
            )
        } catch {
            throw problem(of: error, for: call)
        }
        let token: String?
        switch attempt.purpose {
        case .logIn: token = try await enter(identity, of: attempt, for: call)
        case .stepUp(let session):
            let visitor = try await visitor(call).session
            token = try await enter(identity, of: attempt, for: call, keeping: visitor?.id == session ? visitor : nil)
        case .link(let session):
            // It was begun by whoever had this session in this browser; nobody else's callback links anything.
            guard let visitor = try await visitor(call).session, visitor.id == session else {
                throw Problem.linkWithoutSession
            }
            try await control.identities.link(
                issuer: identity.issuer,
                subject: identity.subject,
                to: visitor.account,
                from: session
            )
            token = nil
        }
        let lifetime = configuration.accountLifetimes.absolute
        var headers: HTTPFields = [.location: attempt.returnTo]
        headers[values: .setCookie] =
            (token.map { [cookies.setting(cookies.account, to: $0, for: lifetime)] } ?? [])
            + [cookies.clearing(cookies.login)]
        return Reply(headers: headers)
    }

    /// Finds the person whom a provider has vouched for, or makes an account, and opens a session.
    ///
    /// - Parameter current: goes on, known to be recent, if it is one of theirs.
    /// - Returns: nil if that goes on.
    private func enter(
        _ identity: VerifiedIdentity,
        of attempt: LoginAttempt,
        for call: Call,
        keeping current: AccountSession? = nil
    ) async throws -> String? {
        let command = LogIn(
            issuer: identity.issuer,
            subject: identity.subject,
            name: identity.name ?? identity.preferredUsername,
            email: identity.email,
            emailIsVerified: identity.emailIsVerified
        )
        let context = CommandContext(
            caller: Caller(tenant: .installation, actor: .system, user: nil),
            traceparent: call.context.trace?.text,
            requestID: call.context.requestID
        )
        let account = try await control.handler.handle(command, in: context).answer.account
        let authenticatedAt = identity.authenticatedAt.map { min(Timestamp($0), .now) } ?? .now
        if let current, current.account == account {
            try await control.issuer.reauthenticate(current.id, of: account, at: authenticatedAt)
            return nil
        }
        let login = SessionEvent.Login(
            provider: attempt.provider,
            identity: IdentityID(issuer: identity.issuer, subject: identity.subject),
            session: identity.sessionID.map { IdentityEvent.session($0, at: identity.issuer) },
            authenticatedAt: authenticatedAt
        )
        return try await control.issuer.open(
            account: account,
            by: login,
            lifetimes: configuration.accountLifetimes,
            label: call.browser
        ).token
    }

    /// What a client is told of a login that came to nothing; the operator's log is told why.
    private func problem(of error: OIDCError, for call: Call) -> Problem {
        call.context.logger.warning("a login came to nothing", metadata: ["reason": "\(error)"])
        return switch error.kind {
        case .unavailable: .providerAway
        case .refused: .loginRefused("the provider's answer is not good; begin anew")
        case .misconfigured:
            Problem(.internalServerError, "auth.provider_misconfigured", "the provider is set up wrongly here")
        }
    }
}

extension SessionCookies {
    /// Carries a login that is on its way.
    var login: String { account + "-login" }
}

extension Call {
    /// What a session of this browser is called.
    var browser: String { request.headers[.userAgent]?.plainPrefix ?? "a browser" }
}

extension String {
    /// Whether it leads to a page of the installation and nowhere else, whatever a browser makes of it.
    fileprivate var isLocalPath: Bool {
        utf8.count <= 1000 && hasPrefix("/") && !hasPrefix("//") && !hasPrefix("/\\")
            && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    }

    /// What may be quoted of a text of somebody else's: 120 printable ASCII characters.
    fileprivate var plainPrefix: String {
        String(decoding: utf8.lazy.filter { (0x20...0x7E).contains($0) }.prefix(120), as: UTF8.self)
    }
}

extension Parameter {
    fileprivate static let provider = query("provider", .text, "Which provider; the first unless told otherwise.")
    fileprivate static let returnTo = query("return_to", .text, "Where to go afterwards: a path, such as `/`.")
    fileprivate static let loginPrompt = query(
        "prompt",
        .text(matching: "^(none|login|consent|select_account)$"),
        "What the provider shall ask, as OpenID Connect Core 3.1.2.1 has it."
    )
    fileprivate static let maxAge = query(
        "max_age",
        .integer(in: 0...86_400),
        "How many seconds ago the person may have shown the provider who they are; else it asks again. Who is logged in stays so."
    )
    fileprivate static let link = query(
        "link",
        .text(matching: "^(true|false)$"),
        "`true`: who is logged in wants to log in by what comes back, too."
    )
    fileprivate static let code = query("code", .text, "RFC 6749 4.1.2.")
    fileprivate static let state = query("state", .text, "RFC 6749 4.1.2.")
    fileprivate static let issuer = query("iss", .text, "RFC 9207.")
    fileprivate static let error = query("error", .text, "RFC 6749 4.1.2.1.")
    fileprivate static let errorDescription = query("error_description", .text, "RFC 6749 4.1.2.1.")
    fileprivate static let sessionState = query("session_state", .text, "Not looked at.")
    fileprivate static let scope = query("scope", .text, "Not looked at.")
}

extension Problem {
    fileprivate static var linkFromElsewhere: Problem {
        Problem(
            .forbidden,
            "auth.foreign_origin",
            "linking must be begun by the installation's own pages, or say `Daybook-CSRF: 1`"
        )
    }
    fileprivate static var linkWithoutSession: Problem {
        Problem(.unauthorized, "auth.link_without_session", "log in first: the session that linking needs is not there")
    }
    static var noProvider: Problem { .notFound("auth.provider_not_found", "there is no such provider") }
    fileprivate static var providerAway: Problem {
        .unavailable("auth.provider_unavailable", "the provider does not answer; try again", retryAfterSeconds: 5)
    }
    fileprivate static var badReturn: Problem {
        .badRequest("auth.bad_return", "return_to must be a path of this installation")
    }
    fileprivate static var noAttempt: Problem {
        .badRequest("auth.no_attempt", "this browser has begun no such login, or too long ago; begin anew")
    }
    fileprivate static var loginRefused: Problem { loginRefused("the provider's answer is not good; begin anew") }

    fileprivate static func loginRefused(_ detail: String) -> Problem {
        Problem(.unauthorized, "auth.login_refused", detail)
    }
}
