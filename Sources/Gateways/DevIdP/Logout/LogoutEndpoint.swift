internal import Hummingbird
internal import Logging

extension DevIdP {
    /// `GET /logout`.
    func logout(_ request: Request, logger: Logger) async throws -> Response {
        try await logout(try pageQuery(of: request), request, isConfirmed: false, logger: logger)
    }

    /// `POST /logout`: the answer to the question on the page, or a request by a form.
    func logoutByForm(_ request: Request, logger: Logger) async throws -> Response {
        let form = try await pageForm(of: request)
        let isConfirmed = form["choice"] == "logout"
        if isConfirmed { try checkForm(form, of: request, .logout) }
        return try await logout(form, request, isConfirmed: isConfirmed, logger: logger)
    }

    private func logout(
        _ parameters: Parameters,
        _ request: Request,
        isConfirmed: Bool,
        logger: Logger
    ) async throws -> Response {
        var hint: IDToken?
        if let token = parameters["id_token_hint"] { hint = try await self.hint(token) }
        let wanted = try LogoutRequest(parameters, hint: hint, clients)
        let session = sessions.find(cookie(.session, of: request), at: now())
        if let session, !isConfirmed, wanted.mustAsk(of: session) {
            return await ask(wanted, parameters, request, session)
        }
        for id in Set([session?.id, wanted.hint?.sid].compactMap(\.self)) { await end(id, logger: logger) }
        var response =
            if let uri = wanted.redirectURI {
                Response.seeOther(Parameters.adding([("state", wanted.state)], to: uri))
            } else {
                NoticePage("Signed out", "You are not signed in here any more.").page.response()
            }
        response.setCookie(expiredCookie(.session))
        return response
    }

    private func ask(
        _ wanted: LogoutRequest,
        _ parameters: Parameters,
        _ request: Request,
        _ session: BrowserSession
    ) async -> Response {
        let (browser, isNew) = browser(of: request)
        let page = LogoutPage(
            action: url("/logout"),
            client: wanted.client?.shownName,
            person: await people.find(subject: session.subject),
            carried: parameters.carried(without: ["csrf", "choice"])
                + [(name: "csrf", value: formTokens.token(for: browser, .logout))]
        )
        var response = page.page.response(formTargets: wanted.redirectURI.map { [$0] } ?? [])
        if isNew { response.setCookie(cookie(.browser, browser)) }
        return response
    }

    /// Ends a session and what hangs on it, and tells the clients that want to know.
    private func end(_ id: String, logger: Logger) async {
        let session = sessions.end(id)
        grants.withLedger { $0.endSession(id) }
        guard let session else { return }
        let told = session.clients.compactMap { clients[$0] }
        await BackChannel(issuer: issuer, keys: keys, now: now, logger: logger).announce(end: session, to: told)
    }
}
