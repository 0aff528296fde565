internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import GatewayHTTP
internal import HTTPTypes
internal import Postgres
internal import Projections
internal import Sessions

extension OrgsAPI {
    var onboardingEndpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/orgs",
                "Reserves a name for an organization that the caller is about to found",
                access: .account,
                body: NewOrg.self,
                status: .created,
                limit: .founding,
                handle: start
            ),
            Endpoint(
                .get,
                "/orgs/onboarding/{onboarding}",
                "How far a founding has come",
                access: .account,
                limit: .account
            ) { call in
                Reply(try await self.onboarding(call.id("onboarding"), for: call))
            },
            Endpoint(
                .post,
                "/orgs/onboarding/{onboarding}/complete",
                "Says what the organization shall begin with; the rest happens by itself",
                access: .account,
                body: Wishes.self,
                status: .accepted,
                limit: .founding,
                handle: complete
            ),
        ]
    }

    struct NewOrg: Decodable, Sendable, NotedFields {
        /// Such as `Acme, Inc.`
        var name: String

        static let notes: [String: JSONShape.Note] = ["name": .line(1...120)]
    }

    struct Wishes: Decodable, Sendable, NotedFields {
        var handle: String
        var name: String
        /// `general` unless it is said otherwise.
        var room: String?
        /// Addresses.
        var invites: [String]?

        static let notes: [String: JSONShape.Note] = [
            "handle": .pattern("^[A-Za-z0-9._-]{1,64}$", "The founder's; kept in lower case."),
            "name": .line(User.nameLengths, "The founder's."), "room": .line(1...120),
            "invites": .bounds(0...CompleteOnboarding.inviteLimit, "E-mail addresses."),
        ]
    }

    struct OnboardingView: Codable, EndpointAnswer {
        enum State: String, Codable, CaseIterable, ShapedValue { case started, completing, finished, lapsed, failed }

        let id: String
        let name: String
        let slug: String
        let state: State
        /// Until when the name is held unless it is completed.
        let heldUntil: Timestamp
        let tenantID: String
        /// Once it is finished: the caller in the tenant.
        let userID: String?
        /// Why it failed.
        let code: String?

        private enum CodingKeys: String, CodingKey {
            case id, name, slug, state, code
            case heldUntil = "held_until"
            case tenantID = "tenant_id"
            case userID = "user_id"
        }
    }

    private func start(_ call: Call, _ body: NewOrg) async throws -> Reply<OnboardingView> {
        let slug: String
        switch OrgName.check(body.name) {
        case .valid(let name): slug = name.slug
        case .reserved: throw Problem.invalid("name.reserved", "this name is kept for the service itself", at: "/name")
        case .invalid(_, let problem): throw Problem.invalid(problem.code, problem.message, at: "/name")
        }
        let tenant = TenantID()
        let answer = try await run(
            StartOnboarding(
                onboarding: OnboardingID(),
                org: OrgID(),
                tenant: tenant,
                account: call.account.account,
                slug: slug,
                name: body.name
            ),
            for: call
        )
        return Reply(try await onboarding(answer.onboarding, for: call))
    }

    private func complete(_ call: Call, _ body: Wishes) async throws -> Reply<OnboardingView> {
        let id: OnboardingID = try call.id("onboarding")
        _ = try await run(
            CompleteOnboarding(
                onboarding: id,
                account: call.account.account,
                handle: body.handle,
                name: body.name,
                room: body.room ?? "general",
                invites: body.invites ?? []
            ),
            for: call
        )
        return Reply(try await onboarding(id, for: call))
    }

    /// The caller's onboarding: 404 for anybody else's.
    private func onboarding(_ id: OnboardingID, for call: Call) async throws -> OnboardingView {
        let rows = try await reads.pool.query(
            """
            SELECT name, slug, state, held_until, tenant, member, fault FROM rm.onboardings
             WHERE onboarding = \(id.uuid) AND account = \(call.account.account.uuid)
            """,
            as: (String, String, String, PostgresTimestamp, UUID, UUID?, String?).self
        )
        guard let (name, slug, state, heldUntil, tenant, user, fault) = rows.first else {
            throw Problem.notFound("onboarding.not_found", "there is no such onboarding")
        }
        guard let state = OnboardingView.State(rawValue: state) else {
            preconditionFailure("the table holds no state but these")
        }
        return OnboardingView(
            id: "\(id)",
            name: name,
            slug: slug,
            state: state,
            heldUntil: Timestamp(microseconds: heldUntil.microsecondsSince1970),
            tenantID: "\(TenantID(tenant))",
            userID: user.map { "\(UserID($0))" },
            code: fault
        )
    }
}

extension Problem {
    static func invalid(_ code: String, _ detail: String, at pointer: String) -> Problem {
        Problem(.unprocessableContent, code, detail, errors: [Fault(pointer, detail)])
    }
}
