/// Who may do what: a line for each route, and for each circumstance that matters. `docs/permissions.md` is written from it, and
/// every cell is tried out. What is left to `users` and `accounts` is the same on all routes of their kind.
///
/// "The room" is private; its moderator is the owner.
enum Decisions {
    static let all =
        me + users + credentials + invites + rooms + members + messages + reading + usage + audit + realtime + auth
        + orgs + control + services + contracts

    // MARK: Sets that recur

    private static let tenant: Set<Asker> = [.guest, .member, .outsider, .admin, .owner]
    private static let inRoom: Set<Asker> = [.guest, .member, .admin, .owner]
    private static let administrators: Set<Asker> = [.admin, .owner]
    private static let others: Set<Asker> = [.guest, .member, .outsider]
    /// In the tenant and not in the room, or in another tenant.
    private static let outside: Set<Asker> = [.outsider, .stranger]

    private static let noRoom = Verdict.hidden("room.not_found")
    private static let noMessage = Verdict.hidden("message.not_found")
    private static let noUser = Verdict.hidden("user.not_found")
    private static let administratorOnly = Verdict.forbidden("role.administrator_required")
    private static let ownerOnly = Verdict.forbidden("role.owner_required")
    private static let moderatorOnly = Verdict.forbidden("room.moderator_required")

    // MARK: People

    private static let me: [Decision] = [
        .users("GET /api/me", may: tenant.union([.auditor, .stranger, .strangeAuditor])),
        .users("PATCH /api/me", may: tenant.union([.stranger])),
    ]

    private static let users: [Decision] =
        [
            .users("GET /api/users", may: tenant.union([.stranger])),
            .users("POST /api/users", "a member", may: [.admin, .owner, .stranger], not: [administratorOnly: others]),
            .users(
                "POST /api/users",
                "an owner",
                may: [.owner, .stranger],
                not: [ownerOnly: [.admin], administratorOnly: others]
            ),
            .users("GET /api/users/{user}", may: tenant, not: [noUser: [.stranger]]),
            .users("PATCH /api/users/{user}", "one's own name", may: tenant, not: [noUser: [.stranger]]),
            ruled("PATCH /api/users/{user}", "a member's name"),
            .users(
                "PATCH /api/users/{user}",
                "an owner's name",
                may: administrators,
                not: [administratorOnly: others, noUser: [.stranger]]
            ),
            ruled("PATCH /api/users/{user}", "a member's role"),
            ruledByOwners("PATCH /api/users/{user}", "an owner's role"),
            ruledByOwners("PATCH /api/users/{user}", "a member to owner"),
        ]
        + ["deactivate", "reactivate", "forget"].flatMap { verb in
            [
                ruled("POST /api/users/{user}/\(verb)", "a member"),
                ruledByOwners("POST /api/users/{user}/\(verb)", "an owner"),
            ]
        }

    private static func ruled(_ route: String, _ circumstance: String) -> Decision {
        .users(route, circumstance, may: administrators, not: [administratorOnly: others, noUser: [.stranger]])
    }

    private static func ruledByOwners(_ route: String, _ circumstance: String) -> Decision {
        .users(
            route,
            circumstance,
            may: [.owner],
            not: [ownerOnly: [.admin], administratorOnly: others, noUser: [.stranger]]
        )
    }

    /// What an agent logs in by, which owners alone rule over where the agent is one.
    private static let credentials: [Decision] =
        [
            Decision.users(
                "GET /api/users/{user}/credentials",
                "an agent's",
                may: administrators,
                not: [.forbidden("role.not_allowed"): others, noUser: [.stranger]]
            ),
            .users(
                "GET /api/users/{user}/credentials",
                "those of an agent with an owner's role",
                may: [.owner],
                not: [ownerOnly: [.admin], .forbidden("role.not_allowed"): others, noUser: [.stranger]]
            ),
        ]
        + ["POST /api/users/{user}/credentials", "DELETE /api/users/{user}/credentials/{credential}"].flatMap { route in
            [ruled(route, "an agent's"), ruledByOwners(route, "those of an agent with an owner's role")]
        }

    private static let invites: [Decision] = [
        .users(
            "GET /api/invites",
            may: [.admin, .owner, .stranger],
            not: [.forbidden("role.not_allowed"): others]
        ),
        .users("POST /api/invites", "a member", may: [.admin, .owner, .stranger], not: [administratorOnly: others]),
        .users(
            "POST /api/invites",
            "an owner",
            may: [.owner, .stranger],
            not: [ownerOnly: [.admin], administratorOnly: others]
        ),
        .users(
            "DELETE /api/invites/{invite}",
            may: administrators,
            not: [administratorOnly: others, .hidden("invite.not_found"): [.stranger]]
        ),
    ]

    // MARK: Usage

    private static let usage: [Decision] = [
        .users("GET /api/usage", "one's own", may: tenant.union([.stranger])),
        .users(
            "GET /api/usage",
            "another's",
            may: [.admin, .owner, .stranger],
            not: [administratorOnly: others]
        ),
        .users("GET /api/policies", may: [.admin, .owner, .stranger], not: [.forbidden("role.not_allowed"): others]),
        .users("GET /api/limits", may: [.admin, .owner, .stranger], not: [.forbidden("role.not_allowed"): others]),
        .users(
            "PUT /api/limits/{meter}",
            may: [.owner, .stranger],
            not: [ownerOnly: others.union([.admin])]
        ),
        .users(
            "GET /api/billing/periods",
            may: [.admin, .owner, .stranger],
            not: [.forbidden("role.not_allowed"): others]
        ),
    ]

    // MARK: Rooms

    private static let rooms: [Decision] =
        [
            .users("GET /api/rooms", may: tenant.union([.stranger])),
            .users(
                "POST /api/rooms",
                may: [.member, .outsider, .admin, .owner, .stranger],
                not: [.forbidden("role.guest_not_allowed"): [.guest]]
            ),
        ] + seen("GET /api/rooms/{room}") + [
            moderated("PATCH /api/rooms/{room}"),
            moderated("POST /api/rooms/{room}/archive"),
            moderated("POST /api/rooms/{room}/restore"),
        ]

    /// A room and what is in it, to read.
    private static func seen(_ route: String, hiding verdict: Verdict = noRoom) -> [Decision] {
        [
            .users(route, "the room", may: inRoom, not: [verdict: outside]),
            .users(
                route,
                "a channel that one is not in",
                may: [.member, .outsider, .admin, .owner],
                not: [verdict: [.guest, .stranger]]
            ),
            .users(route, "a private room of others", may: [], not: [verdict: tenant.union([.stranger])]),
        ]
    }

    private static func moderated(_ route: String, _ circumstance: String? = nil) -> Decision {
        .users(route, circumstance, may: administrators, not: [moderatorOnly: [.guest, .member], noRoom: outside])
    }

    private static let members: [Decision] =
        seen("GET /api/rooms/{room}/members") + [
            .users(
                "POST /api/rooms/{room}/members",
                "another",
                may: [.member, .admin, .owner],
                not: [.forbidden("role.guest_not_allowed"): [.guest], noRoom: outside]
            ),
            .users(
                "POST /api/rooms/{room}/members",
                "oneself, into a channel",
                may: [.member, .outsider, .admin, .owner],
                not: [noRoom: [.guest, .stranger]]
            ),
            .users(
                "POST /api/rooms/{room}/members",
                "oneself, into a private room of others",
                may: [],
                not: [noRoom: tenant.union([.stranger])]
            ),
            moderated("PATCH /api/rooms/{room}/members/{user}"),
            moderated("DELETE /api/rooms/{room}/members/{user}", "another"),
            .users("DELETE /api/rooms/{room}/members/{user}", "oneself", may: inRoom, not: [noRoom: outside]),
        ]

    // MARK: Messages

    private static let messages: [Decision] =
        [
            .users("POST /api/rooms/{room}/messages", "the room", may: inRoom, not: [noRoom: outside]),
            .users(
                "POST /api/rooms/{room}/messages",
                "a channel that one is not in",
                may: [],
                not: [
                    .forbidden("room.not_a_member"): [.member, .outsider, .admin, .owner], noRoom: [.guest, .stranger],
                ]
            ),
        ] + seen("GET /api/rooms/{room}/messages")
        + seen("GET /api/messages/{message}", hiding: noMessage)
        + seen("GET /api/messages/{message}/history", hiding: noMessage)
        + seen("GET /api/messages/{message}/thread", hiding: noMessage)
        + ["PATCH", "DELETE"].flatMap { method in
            [
                Decision.users(
                    "\(method) /api/messages/{message}",
                    "one's own",
                    may: inRoom,
                    not: [noMessage: outside]
                ),
                .users(
                    "\(method) /api/messages/{message}",
                    "another's",
                    may: administrators,
                    not: [.forbidden("message.not_author"): [.guest, .member], noMessage: outside]
                ),
            ]
        } + [
            moderated("POST /api/rooms/{room}/messages/range-delete"),
            .users("PUT /api/messages/{message}/reactions/{emoji}", may: inRoom, not: [noMessage: outside]),
            .users("DELETE /api/messages/{message}/reactions/{emoji}", may: inRoom, not: [noMessage: outside]),
        ]

    private static let reading: [Decision] = [
        .users("PUT /api/rooms/{room}/read-marker", may: inRoom, not: [noRoom: outside]),
        .users("GET /api/unread", may: tenant.union([.stranger])),
    ]

    // MARK: Audit

    private static let audit: [Decision] = [
        audited("GET /api/audit/events", elsewhere: .yes),
        audited("GET /api/audit/streams/{stream}", elsewhere: .hidden("stream.not_found")),
        audited("GET /api/audit/as-of", elsewhere: .hidden("audit.not_there")),
        // Of the partition, which tenants share.
        audited("GET /api/audit/tree-head", elsewhere: .yes),
        audited("GET /api/audit/proofs/inclusion", elsewhere: .hidden("audit.not_provable")),
        audited("GET /api/audit/proofs/consistency", elsewhere: .yes),
        audited("GET /api/audit/receipts/{user}", elsewhere: .hidden("audit.no_receipt")),
    ]

    /// For auditors alone.
    ///
    /// - Parameter verdict: what the auditor of another tenant is told.
    private static func audited(_ route: String, elsewhere verdict: Verdict) -> Decision {
        .users(
            route,
            may: [.auditor],
            not: [verdict: [.strangeAuditor], .forbidden("role.not_allowed"): tenant.union([.stranger])]
        )
    }

    // MARK: Realtime

    /// Whoever has a session in the tenant has queues; what comes in them is what they may see, which for auditors, those who are
    /// deactivated and those whom the tenant does not know is nothing.
    private static let realtime: [Decision] = [
        .users("POST /realtime/queues", may: Asker.inTenants),
        .users("GET /realtime/queues", may: Asker.inTenants),
        .users("GET /realtime/queues/{queue}/events", "one's own", may: Asker.inTenants),
        .users("GET /realtime/queues/{queue}/events", "another's", may: [], not: [noQueue: Asker.inTenants]),
        .users("DELETE /realtime/queues/{queue}", "one's own", may: Asker.inTenants),
        .users("DELETE /realtime/queues/{queue}", "another's", may: [], not: [noQueue: Asker.inTenants]),
    ]

    private static let noQueue = Verdict.hidden("queue_not_found")

    // MARK: Logging in

    private static let auth: [Decision] = [
        .everybody("GET /auth/providers"),
        .everybody("GET /auth/login", .lacking(404, "auth.provider_not_found")),
        .everybody("GET /auth/callback", .lacking(400, "auth.no_attempt")),
        .accounts("GET /auth/session", may: Asker.accounts),
        // Any live token is replaced by one of the same session, so it opens nothing that was shut.
        .accounts(
            "POST /auth/session/refresh",
            may: Asker.accounts.union(Asker.inTenants),
            not: [.deadSession: Asker.services.union([.nobody])]
        ),
        .accounts(
            "POST /auth/tenants/{tenant}/session",
            may: [.account],
            not: [.hidden("tenant.not_found"): [.otherAccount]]
        ),
        .accounts("GET /auth/sessions", may: Asker.accounts),
        .accounts(
            "DELETE /auth/sessions/{session}",
            may: [.account],
            not: [.hidden("session.not_found"): [.otherAccount]]
        ),
        .accounts("POST /auth/logout", may: Asker.accounts),
        // The token that the provider signs says all.
        .everybody("POST /auth/backchannel-logout/{provider}", .lacking(404, "auth.provider_not_found")),
        .accounts("GET /auth/identities", may: Asker.accounts),
        .accounts(
            "DELETE /auth/identities/{identity}",
            may: [.account],
            not: [.hidden("identity.not_found"): [.otherAccount]]
        ),
        // A page, which says to each what it means for them.
        .everybody("GET /auth/invite"),
        .accounts(
            "POST /auth/invite",
            may: [.account],
            not: [.forbidden("invite.other_address"): [.otherAccount]]
        ),
        // Whoever has an agent's secret is that agent.
        .everybody("POST /auth/agent/login"),
    ]

    /// Routes that change something and look at no session, so that no cookie can be misused there: each takes all that it judges by
    /// from the body, and sets no cookie.
    static let sessionless: Set<String> = [
        "POST /auth/agent/login", "POST /auth/backchannel-logout/{provider}",
    ]

    /// Routes that are only for those who have shown lately who they are.
    static let afterRecentLogin: Set<String> = [
        "DELETE /auth/identities/{identity}", "POST /api/users/{user}/credentials", "POST /control/orgs/{org}/deletion",
    ]

    // MARK: Organizations

    private static let orgs: [Decision] = [
        .everybody("GET /orgs/names/{name}"),
        .accounts("POST /orgs", may: Asker.accounts),
        .accounts(
            "GET /orgs/onboarding/{onboarding}",
            may: [.account],
            not: [.hidden("onboarding.not_found"): [.otherAccount]]
        ),
        .accounts(
            "POST /orgs/onboarding/{onboarding}/complete",
            may: [.account],
            not: [.hidden("onboarding.not_found"): [.otherAccount]]
        ),
        .accounts(
            "POST /orgs/invites/accept",
            may: [.account],
            not: [.forbidden("invite.other_address"): [.otherAccount]]
        ),
    ]

    // MARK: The installation

    private static let control: [Decision] =
        [
            "GET /control/orgs", "GET /control/orgs/{org}", "GET /control/orgs/{org}/limits", "GET /control/plans",
            "GET /control/plans/{plan}", "GET /control/orgs/{org}/policies/llm", "GET /control/orgs/{org}/policies/vm",
            "GET /control/orgs/{org}/policies/fs-cache",
        ].map {
            .operators($0, isRead: true)
        }
        + [
            "POST /control/orgs/{org}/suspend", "POST /control/orgs/{org}/resume",
            "POST /control/orgs/{org}/deletion", "DELETE /control/orgs/{org}/deletion",
            "PUT /control/orgs/{org}/limits/{meter}", "DELETE /control/orgs/{org}/limits/{meter}",
            "PUT /control/orgs/{org}/plan", "DELETE /control/orgs/{org}/plan", "PUT /control/plans/{plan}",
            "DELETE /control/plans/{plan}", "PUT /control/default-plan", "DELETE /control/default-plan",
            "PUT /control/orgs/{org}/policies/llm", "DELETE /control/orgs/{org}/policies/llm",
            "PUT /control/orgs/{org}/policies/vm", "DELETE /control/orgs/{org}/policies/vm",
            "PUT /control/orgs/{org}/policies/fs-cache", "DELETE /control/orgs/{org}/policies/fs-cache",
        ].map { .operators($0, isRead: false) }

    // MARK: Programs of the installation

    private static let services: [Decision] = [
        .services("GET /api/internal/me", needs: nil),
        .services("GET /api/internal/tenants/{tenant}", needs: .tenantsRead),
        .services("PUT /api/internal/tenants/{tenant}/usage/{report}", needs: .usageWrite),
    ]

    // MARK: Contracts

    private static let contracts: [Decision] = ["/api", "/realtime", "/auth", "/orgs", "/control", "/api/internal"].map
    {
        .everybody("GET \($0)/openapi.json")
    }
}
