internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import OIDC
internal import Observability
internal import Pages
internal import Postgres
internal import Projections
internal import Sessions

extension AuthAPI {
    /// The page behind the link that invitations are mailed with. It lets somebody log in, asks what they shall be called, and takes
    /// them into the tenant.
    var inviteEndpoints: [Endpoint] {
        [
            Endpoint(
                showing: [.ok, .notFound, .conflict],
                "/auth/invite",
                "The page of an invitation, for people: log in, or say what one shall be called",
                query: [.inviteToken],
                problems: Self.inviteProblems.filter { [.notFound, .conflict].contains($0.status) },
                limit: .invite,
                handle: showInvite
            ),
            Endpoint(
                taking: [.token, .handle, .name],
                "/auth/invite",
                "What that page's form sends: takes the invitation, enters the tenant by a cookie, and sends the browser on",
                status: .seeOther,
                showing: [.unauthorized, .forbidden, .notFound, .conflict, .unprocessableContent],
                problems: Self.inviteProblems,
                limit: .invite,
                handle: takeInvite
            ),
        ]
    }

    /// Where the browser goes with what it has got.
    private static let home = "/"

    private static let inviteProblems: [Problem] = [
        .unauthorized("auth.no_token", "log in first", challenge: "Bearer"),
        .unauthorized("auth.dead_session", "log in again", challenge: "Bearer"),
        Problem(.forbidden, "auth.foreign_origin", "the form is the page's own"),
        Problem(.forbidden, "invite.other_address", "the invitation went to another address"),
        .notFound("invite.not_found", "there is no such invitation"),
        Problem(.conflict, "invite.over", "the invitation is over"),
        Problem(.conflict, "user.handle_taken", "the handle is taken"),
        Problem(.unprocessableContent, "user.handle_invalid", "this is no handle"),
        Problem(.unprocessableContent, "user.name_invalid", "this is no name"),
    ]

    // MARK: The page

    private func showInvite(_ call: Call) async throws -> Reply<Page> {
        guard let token = call.query[.inviteToken], let invitation = try await invites.invitation(of: token) else {
            return InvitePage(.unknown).reply(status: .notFound, code: "invite.not_found")
        }
        guard let account = try await visitor(call).session else {
            guard invitation.isPending else {
                return InvitePage(.over(org: invitation.org)).reply(status: .conflict, code: "invite.over")
            }
            return InvitePage(.login(org: invitation.org, links(for: token))).reply()
        }
        do {
            let offer = try await invites.offer(token, to: account.account, in: context(of: account, call))
            guard offer.user == nil else {
                return InvitePage(.entry(org: invitation.org, token: token)).reply()
            }
            let typed = try await suggestion(for: account.account)
            return InvitePage(.names(org: invitation.org, token: token, typed, nil)).reply()
        } catch CommandError.refused(let refusal) {
            // Whoever has come to the wrong page has done nothing wrong.
            let isOfAnother = refusal.code == "invite.other_address"
            return try await page(of: refusal, invitation, token, account, status: isOfAnother ? .ok : nil)
        }
    }

    /// Where one can log in to come back to the page; what is typed there is asked for anew, so that somebody else can.
    private func links(for token: String, asking prompt: String? = nil) -> [InvitePage.ProviderLink] {
        let back = FormEncoding.encode("/auth/invite?token=\(token)")
        return configuration.providers.map(\.configuration).map { provider in
            let name = FormEncoding.encode(provider.name)
            let prompt = prompt.map { "&prompt=\($0)" } ?? ""
            return InvitePage.ProviderLink(
                title: "Log in with \(provider.title)",
                url: "/auth/login?provider=\(name)\(prompt)&return_to=\(back)"
            )
        }
    }

    /// What the form begins with: what is known of the person.
    private func suggestion(for account: AccountID) async throws -> InvitePage.Typed {
        let (name, email) = try await profile(of: account)
        let letters = (email?.prefix { $0 != "@" } ?? "").lowercased().filter { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber || "._-".contains(letter))
        }
        return InvitePage.Typed(handle: String(letters.prefix(64)), name: name ?? "")
    }

    private func profile(of account: AccountID) async throws -> (name: String?, email: String?) {
        try await control.pool.query(
            "SELECT name, email FROM rm.accounts WHERE account = \(account.uuid)",
            as: (String?, String?).self
        ).first ?? (nil, nil)
    }

    // MARK: The form

    private func takeInvite(_ call: Call, _ form: FormBody) async throws -> Reply<Page> {
        let token = form[.token]
        let visitor = try await visitor(call)
        guard let invitation = try await invites.invitation(of: token) else {
            return InvitePage(.unknown).reply(status: .notFound, code: "invite.not_found")
        }
        guard let account = visitor.session else {
            return InvitePage(.login(org: invitation.org, links(for: token))).reply(
                status: .unauthorized,
                code: visitor.hasToken ? "auth.dead_session" : "auth.no_token",
                headers: [.wwwAuthenticate: "Bearer"]
            )
        }
        let typed = InvitePage.Typed(handle: form[.handle], name: form[.name])
        do {
            let membership = try await invites.accept(
                token,
                as: account.account,
                handle: typed.handle,
                name: typed.name,
                in: context(of: account, call)
            )
            let opened = try await open(membership.tenant, as: membership.user, from: account, label: call.browser)
            return Reply(
                goingOnTo: Self.home,
                headers: [.setCookie: cookie(of: opened.token, in: membership.slug)]
            )
        } catch CommandError.refused(let refusal) {
            return try await page(of: refusal, invitation, token, account, typed: typed)
        }
    }

    /// What is shown of a refusal, with what was typed.
    ///
    /// - Parameter status: instead of the refusal's own.
    private func page(
        of refusal: Refusal,
        _ invitation: InviteAcceptance.Invitation,
        _ token: String,
        _ account: AccountSession,
        typed: InvitePage.Typed? = nil,
        status: HTTPResponse.Status? = nil
    ) async throws -> Reply<Page> {
        let status = status ?? Problem(CommandError.refused(refusal))?.status ?? .conflict
        let content: InvitePage.Content
        switch (refusal.code, typed) {
        case ("invite.other_address", _):
            let mine = try await profile(of: account.account).email
            content = .otherAddress(org: invitation.org, mine: mine, links(for: token, asking: "login"))
        // The same for one that is not there and for one that somebody else has taken.
        case ("invite.not_found", _): content = .unknown
        case ("invite.over", _): content = .over(org: invitation.org)
        case (_, let typed?) where refusal.pointer != nil:
            let wrong = InvitePage.Wrong(message: refusal.message, pointer: refusal.pointer)
            content = .names(org: invitation.org, token: token, typed, wrong)
        default: throw CommandError.refused(refusal)
        }
        return InvitePage(content).reply(status: status, code: refusal.code)
    }

    // MARK: Who asks

    private func context(of account: AccountSession, _ call: Call) -> CommandContext {
        CommandContext(
            caller: Caller(tenant: .installation, actor: .account(account.account), user: nil),
            traceparent: call.context.trace?.text,
            requestID: call.context.requestID
        )
    }
}

extension Parameter {
    fileprivate static let inviteToken = query("token", .text, "As the mail has it.")
}

extension FormField {
    fileprivate static let token = FormField("token", "As the mail has it.")
    fileprivate static let handle = FormField("handle", "Of who is no user of the tenant yet.", isRequired: false)
    fileprivate static let name = FormField(
        "name",
        "Of who is no user of the tenant yet, for people.",
        isRequired: false
    )
}
