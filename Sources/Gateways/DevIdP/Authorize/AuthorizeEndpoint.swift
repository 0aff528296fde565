internal import Foundation
internal import Hummingbird

extension DevIdP {
    /// What the forms of the page add to the request.
    static let choiceFields: Set<String> = ["csrf", "choice", "person", "name", "email", "verified"]

    /// `GET /authorize`.
    func authorize(_ request: Request) async throws -> Response {
        let parameters = try pageQuery(of: request)
        return try await answering { try await self.begin(parameters, request) }
    }

    /// `POST /authorize`: what was chosen on the page, or a request by a form (OpenID Connect Core 3.1.2.1).
    func authorizeByForm(_ request: Request) async throws -> Response {
        let form = try await pageForm(of: request)
        return try await answering {
            form["choice"] == nil ? try await self.begin(form, request) : try await self.choose(form, request)
        }
    }

    private func begin(_ parameters: Parameters, _ request: Request) async throws -> Response {
        let wanted = try AuthorizationRequest(parameters, clients)
        let expected = try await expected(by: wanted)
        let session = sessions.find(cookie(.session, of: request), at: now())
        switch wanted.step(for: session, expecting: expected, at: now()) {
        case .answer(let session): return code(for: wanted, session)
        case .refuse(let error): throw wanted.refused(error)
        case .ask: return await ask(wanted, parameters, request, session, expected, notice: nil)
        }
    }

    private func choose(_ form: Parameters, _ request: Request) async throws -> Response {
        try checkForm(form, of: request, .authorize)
        let wanted = try AuthorizationRequest(form, clients)
        let person: Person
        switch form["choice"] {
        case "person":
            guard let subject = form["person"], let known = await people.find(subject: subject) else {
                throw PageError(
                    "Nobody chosen",
                    "The person who was chosen is not known here. Go back and choose again."
                )
            }
            person = known
        case "newcomer":
            do {
                person = try await people.add(
                    Newcomer(name: form["name"], email: form["email"], isEmailVerified: form["verified"] == "yes")
                )
            } catch let fault as PersonFault {
                let session = sessions.find(cookie(.session, of: request), at: now())
                return await ask(wanted, form, request, session, .anybody, notice: fault.text)
            }
        case "cancel": throw wanted.refused(OAuthError(.accessDenied, "the login was cancelled"))
        default:
            throw PageError("Nothing chosen", "The form says nothing that this page offers. Go back and choose again.")
        }
        let (cookie, session) = sessions.begin(
            person.subject,
            after: cookie(.session, of: request),
            at: now()
        )
        var response = code(for: wanted, session)
        response.setCookie(self.cookie(.session, cookie))
        return response
    }

    /// Sends the browser back with a code.
    private func code(for wanted: AuthorizationRequest, _ session: BrowserSession) -> Response {
        let terms = CodeTerms(
            grant: Grant(
                client: wanted.client.id,
                subject: session.subject,
                scopes: wanted.scopes,
                authenticatedAt: session.authenticatedAt,
                session: session.id,
                nonce: wanted.nonce
            ),
            redirectURI: wanted.redirectURI,
            challenge: wanted.challenge
        )
        sessions.note(wanted.client.id, in: session.id)
        let now = now()
        let code = grants.withLedger { $0.makeCode(terms, at: now) }
        return .seeOther(
            Parameters.adding(
                [("code", code), ("state", wanted.state), ("iss", issuer.text)],
                to: wanted.redirectURI
            )
        )
    }

    /// Shows who there is to choose from.
    private func ask(
        _ wanted: AuthorizationRequest,
        _ parameters: Parameters,
        _ request: Request,
        _ session: BrowserSession?,
        _ expected: AuthorizationRequest.Expected,
        notice: String?
    ) async -> Response {
        let (browser, isNew) = browser(of: request)
        let page = LoginPage(
            action: url("/authorize"),
            client: wanted.client.shownName,
            scopes: wanted.scopes,
            carried: parameters.carried(without: Self.choiceFields)
                + [(name: "csrf", value: formTokens.token(for: browser, .authorize))],
            people: await people.all,
            signedIn: session?.subject,
            expected: expected,
            notice: notice,
            typed: (parameters["name"], parameters["email"], parameters["verified"] == "yes")
        )
        var response = page.page.response(
            status: notice == nil ? .ok : .unprocessableContent,
            formTargets: [wanted.redirectURI]
        )
        if isNew { response.setCookie(cookie(.browser, browser)) }
        return response
    }

    private func expected(by wanted: AuthorizationRequest) async throws -> AuthorizationRequest.Expected {
        if let token = wanted.idTokenHint {
            guard let hint = try await hint(token) else {
                throw wanted.refused(.invalidRequest("the id_token_hint is no ID token of this provider"))
            }
            return .person(subject: hint.person.sub)
        }
        guard let email = wanted.loginHint?.lowercased() else { return .anybody }
        if let person = await people.find(email: email) { return .person(subject: person.subject) }
        return .newcomer(email: email)
    }

    /// Errors that belong to the client go to it, by the browser.
    private func answering(_ body: () async throws -> Response) async throws -> Response {
        do { return try await body() } catch AuthorizationRequest.Fault.page(let error) {
            throw error
        } catch AuthorizationRequest.Fault.answer(let answer) { return redirect(answer) } catch let answer
            as AuthorizationRequest.Answer
        { return redirect(answer) }
    }

    private func redirect(_ answer: AuthorizationRequest.Answer) -> Response {
        .seeOther(
            Parameters.adding(
                [
                    ("error", answer.error.code.rawValue), ("error_description", answer.error.description),
                    ("state", answer.state), ("iss", issuer.text),
                ],
                to: answer.redirectURI
            )
        )
    }
}
