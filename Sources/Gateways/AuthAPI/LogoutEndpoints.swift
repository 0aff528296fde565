internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import OIDC
internal import Sessions

extension AuthAPI {
    var logoutEndpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/auth/logout",
                "Ends the session and those in tenants that came from it, or all of the caller's",
                access: .account,
                body: Leaving.self,
                problems: [.stepUp],
                limit: .account,
                handle: leave
            ),
            Endpoint(
                taking: [.logoutToken],
                "/auth/backchannel-logout/{provider}",
                "Where a provider says that somebody has logged out there (OpenID Connect Back-Channel Logout 1.0)",
                status: .ok,
                problems: [.noProvider, .badLogoutToken, .providerSilent],
                limit: .backChannel,
                handle: heed
            ),
        ]
    }

    // MARK: Here

    struct Leaving: Decodable, Sendable, NotedFields {
        /// True ends every session of the caller, on all devices.
        var all: Bool?

        static let notes: [String: JSONShape.Note] = [
            "all": .about("`true` ends every session of the caller, on all devices; only after a recent login.")
        ]
    }

    struct LeftView: Codable, EndpointAnswer {
        /// Where the browser goes to log out at the provider, too; null if there is no such place.
        let providerLogoutURL: String?

        private enum CodingKeys: String, CodingKey {
            case providerLogoutURL = "provider_logout_url"
        }
    }

    private func leave(_ call: Call, _ body: Leaving) async throws -> Reply<LeftView> {
        if body.all == true {
            try await routes.expectRecent(call.account)
            try await control.issuer.endAll(of: call.account.account)
        } else {
            try await control.issuer.close(call.account.id, because: .loggedOut, by: .account(call.account.account))
        }
        return Reply(
            LeftView(providerLogoutURL: await providerLogoutURL(for: call)),
            headers: [.setCookie: cookies.clearing(cookies.account)]
        )
    }

    /// RP-Initiated Logout 1.0, without `id_token_hint`: for that the ID token would have to be kept as long as the session, and it
    /// says who somebody is to whoever reads it. Without it the provider asks the person, whom it knows by its own cookie.
    private func providerLogoutURL(for call: Call) async -> String? {
        guard let name = call.account.provider, let provider = provider(named: name) else { return nil }
        do {
            return try await provider.logoutURL(
                idTokenHint: nil,
                postLogoutRedirectURI: provider.configuration.postLogoutRedirectURI
            )
        } catch {
            // The session here is over all the same.
            call.context.logger.warning("a provider's logout is not known", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    // MARK: At the provider

    private func heed(_ call: Call, _ form: FormBody) async throws -> Reply<NoContent> {
        guard let provider = provider(named: try call.text("provider")) else { throw Problem.noProvider }
        let token: LogoutToken
        do { token = try await provider.verifyLogoutToken(form[.logoutToken]) } catch {
            call.context.logger.warning("a logout token is refused", metadata: ["reason": "\(error)"])
            guard error.kind == .refused else { throw Problem.providerSilent }
            throw Problem.badLogoutToken
        }
        do {
            try await control.identities.heed(
                Identities.Logout(
                    issuer: provider.configuration.issuer,
                    subject: token.subject,
                    session: token.sessionID,
                    token: token.tokenID,
                    at: Timestamp(token.issuedAt),
                    replayableUntil: Timestamp(token.replayableUntil)
                )
            )
        } catch CommandError.refused(let refusal) {
            call.context.logger.warning("a logout token is refused", metadata: ["reason": "\(refusal.code)"])
            throw Problem.badLogoutToken
        }
        return Reply()
    }
}

extension FormField {
    fileprivate static let logoutToken = FormField("logout_token", "A logout token (Back-Channel Logout 1.0 2.4).")
}

extension Problem {
    /// The same whatever is wrong with it; the operator's log is told.
    fileprivate static var badLogoutToken: Problem {
        .badRequest("auth.bad_logout_token", "the logout token is not good, or was shown before")
    }
    fileprivate static var providerSilent: Problem {
        .unavailable(
            "auth.provider_unavailable",
            "the keys of the provider cannot be had; send it again",
            retryAfterSeconds: 5
        )
    }
    /// As it stands in the contract; what is answered says where to go as well.
    fileprivate static var stepUp: Problem { Problem(.unauthorized, stepUpCode, "show again who you are") }
}
