internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Hummingbird
internal import Postgres
internal import Projections
internal import Sessions

extension AuthAPI {
    var sessionEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/auth/session",
                "Who the caller is, and which tenants they can enter",
                access: .account,
                limit: .account
            ) { call in
                Reply(try await self.person(call))
            },
            Endpoint(
                .post,
                "/auth/session/refresh",
                "Replaces the session's token; the one before is good for another minute",
                access: .everybody,
                problems: [.deadToken],
                limit: .refresh,
                handle: refresh
            ),
            Endpoint(
                .post,
                "/auth/tenants/{tenant}/session",
                "Enters a tenant that the caller is a user of",
                access: .account,
                body: NewEntry.self,
                status: .created,
                problems: [.tenantSuspended],
                limit: .account,
                handle: enter
            ),
            Endpoint(
                .get,
                "/auth/sessions",
                "Where the caller is logged in",
                access: .account,
                limit: .account
            ) { call in
                Reply(SessionsView(items: try await self.sessions(call)))
            },
            Endpoint(
                .delete,
                "/auth/sessions/{session}",
                "Ends one of them",
                access: .account,
                limit: .account,
                handle: end
            ),
        ]
    }

    // MARK: Who

    struct MembershipView: Codable, EndpointAnswer {
        let tenantID: String
        /// The organization's name in web addresses, and for people.
        let org: String
        let name: String
        let userID: String

        private enum CodingKeys: String, CodingKey {
            case org, name
            case tenantID = "tenant_id"
            case userID = "user_id"
        }
    }

    struct PersonView: Codable, EndpointAnswer {
        let id: String
        let name: String?
        let email: String?
        let emailIsVerified: Bool
        let sessionID: String
        let expiresAt: Timestamp
        let tenants: [MembershipView]

        private enum CodingKeys: String, CodingKey {
            case id, name, email, tenants
            case emailIsVerified = "email_verified"
            case sessionID = "session_id"
            case expiresAt = "expires_at"
        }
    }

    private func person(_ call: Call) async throws -> PersonView {
        let account = call.account.account
        let rows = try await control.pool.query(
            "SELECT name, email, email_is_verified FROM rm.accounts WHERE account = \(account.uuid)",
            as: (String?, String?, Bool).self
        )
        guard let (name, email, isVerified) = rows.first else {
            throw Problem.unavailable("projection_behind", "the read models do not hold the caller yet")
        }
        return PersonView(
            id: "\(account)",
            name: name,
            email: email,
            emailIsVerified: isVerified,
            sessionID: "\(call.account.id)",
            expiresAt: call.account.expiresAt,
            tenants: try await memberships(of: account)
        )
    }

    private func memberships(of account: AccountID) async throws -> [MembershipView] {
        try await control.pool.query(
            """
            SELECT m.tenant, o.slug, o.name, m.member
              FROM rm.account_memberships m
              JOIN rm.tenants t ON t.tenant = m.tenant AND t.state = 'active' JOIN rm.orgs o ON o.tenant = m.tenant
             WHERE m.account = \(account.uuid) ORDER BY o.slug
            """,
            as: (UUID, String, String, UUID).self
        ).map { MembershipView(tenantID: "\(TenantID($0.0))", org: $0.1, name: $0.2, userID: "\(UserID($0.3))") }
    }

    // MARK: Entering a tenant

    struct NewEntry: Decodable, Sendable, NotedFields {
        /// How the token comes: in the answer, or for a browser in a cookie that no script can read.
        enum Delivery: String, Codable, CaseIterable, ShapedValue { case bearer, cookie }

        var delivery: Delivery
        /// What the session is for, so that one knows it again.
        var label: String?

        static let notes: [String: JSONShape.Note] = ["label": .line(1...120)]
    }

    struct EntryView: Codable, EndpointAnswer {
        let sessionID: String
        let tenantID: String
        let userID: String
        let expiresAt: Timestamp
        /// Null if it went into a cookie.
        let token: String?

        private enum CodingKeys: String, CodingKey {
            case token
            case sessionID = "session_id"
            case tenantID = "tenant_id"
            case userID = "user_id"
            case expiresAt = "expires_at"
        }
    }

    private func enter(_ call: Call, _ body: NewEntry) async throws -> Reply<EntryView> {
        let tenant: TenantID = try call.id("tenant")
        // A script of a page that has been broken into could take a token away; a cookie it cannot even read.
        guard body.delivery == .cookie || call.request.headers[.secFetchSite] == nil else {
            throw Problem(
                .forbidden,
                "auth.cookie_only",
                "a page gets its session as a cookie: \"delivery\": \"cookie\""
            )
        }
        let rows = try await control.pool.query(
            """
            SELECT t.partition, o.slug, m.member
              FROM rm.account_memberships m
              JOIN rm.tenants t ON t.tenant = m.tenant AND t.state IN ('active', 'suspended') JOIN rm.orgs o ON o.tenant = m.tenant
             WHERE m.account = \(call.account.account.uuid) AND m.tenant = \(tenant.uuid)
            """,
            as: (Int32, String, UUID).self
        )
        guard let (partition, slug, user) = rows.first else {
            throw Problem.notFound("tenant.not_found", "there is no such tenant")
        }
        let opened = try await open(
            Tenant(id: tenant.uuid, partition: Partition(partition)),
            as: UserID(user),
            from: call.account,
            label: body.label ?? "a session"
        )
        var reply = Reply(
            EntryView(
                sessionID: "\(opened.id)",
                tenantID: "\(tenant)",
                userID: "\(UserID(user))",
                expiresAt: opened.expiresAt,
                token: body.delivery == .bearer ? opened.token : nil
            )
        )
        if body.delivery == .cookie {
            reply.headers[.setCookie] = cookie(of: opened.token, in: slug)
        }
        return reply
    }

    /// Opens a session in a tenant, which ends with the person's own.
    func open(
        _ tenant: Tenant,
        as user: UserID,
        from account: AccountSession,
        label: String
    ) async throws -> (id: SessionID, expiresAt: Timestamp, token: String) {
        try await control.issuer.open(
            tenant: tenant,
            user: user,
            from: account.id,
            lifetimes: configuration.userLifetimes,
            label: label,
            by: .account(account.account)
        )
    }

    /// Carries a session in the tenant of this name.
    func cookie(of token: String, in slug: String) -> String {
        cookies.setting(cookies.tenant(slug), to: token, for: configuration.userLifetimes.absolute)
    }

    // MARK: Tokens

    struct RefreshView: Codable, EndpointAnswer {
        /// Null if it went into the cookie that the old one came in.
        let token: String?
    }

    private func refresh(_ call: Call) async throws -> Reply<RefreshView> {
        let presented = try cookies.presentedToken(of: call.request)
        guard let presented else { throw Problem.deadToken }
        let lifetime: Duration
        let token: String
        switch try await control.issuer.refresh(presented.token) {
        case .user(let next): (token, lifetime) = (next, configuration.userLifetimes.absolute)
        case .account(let next): (token, lifetime) = (next, configuration.accountLifetimes.absolute)
        case .refused: throw Problem.deadToken
        }
        guard let cookie = presented.cookie else { return Reply(RefreshView(token: token)) }
        return Reply(
            RefreshView(token: nil),
            headers: [.setCookie: cookies.setting(cookie, to: token, for: lifetime)]
        )
    }

    // MARK: Sessions

    struct SessionView: Codable, EndpointAnswer {
        let id: String
        let label: String
        /// Null for a session in no tenant.
        let org: String?
        let openedAt: Timestamp
        let lastSeenAt: Timestamp
        let expiresAt: Timestamp
        /// Whether it is the one that asks.
        let current: Bool

        private enum CodingKeys: String, CodingKey {
            case id, label, org, current
            case openedAt = "opened_at"
            case lastSeenAt = "last_seen_at"
            case expiresAt = "expires_at"
        }
    }

    struct SessionsView: Codable, EndpointAnswer {
        let items: [SessionView]
    }

    private func sessions(_ call: Call) async throws -> [SessionView] {
        let account = call.account.account.uuid
        let time = { (time: PostgresTimestamp) in Timestamp(microseconds: time.microsecondsSince1970) }
        return try await control.pool.query(
            """
            SELECT s.id, s.label, o.slug, s.opened_at, coalesce(u.last_seen, s.opened_at), s.expires_at
              FROM (SELECT * FROM rm.sessions WHERE account = \(account)
                    UNION ALL
                    SELECT c.* FROM rm.sessions p JOIN rm.sessions c ON c.parent = p.id WHERE p.account = \(account)) s
              LEFT JOIN rm.orgs o ON o.tenant = s.tenant LEFT JOIN control.session_use u ON u.session = s.id
             WHERE s.over_at IS NULL AND s.expires_at > now()
             ORDER BY s.opened_at DESC LIMIT 200
            """,
            as: (UUID, String, String?, PostgresTimestamp, PostgresTimestamp, PostgresTimestamp).self
        ).map { id, label, org, openedAt, lastSeen, expiresAt in
            SessionView(
                id: "\(SessionID(id))",
                label: label,
                org: org,
                openedAt: time(openedAt),
                lastSeenAt: time(lastSeen),
                expiresAt: time(expiresAt),
                current: id == call.account.id.uuid
            )
        }
    }

    private func end(_ call: Call) async throws -> Reply<NoContent> {
        let session: SessionID = try call.id("session")
        guard try await sessions(call).contains(where: { $0.id == "\(session)" }) else {
            throw Problem.notFound("session.not_found", "there is no such session")
        }
        try await control.issuer.close(session, by: .account(call.account.account))
        return Reply()
    }
}

extension Problem {
    fileprivate static var deadToken: Problem {
        .unauthorized(
            "auth.dead_session",
            "the token is unknown, expired, revoked or was replaced",
            challenge: #"Bearer error="invalid_token""#
        )
    }
}
