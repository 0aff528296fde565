internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import HTTPTypes

extension ControlAPI {
    var lifeEndpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                "/control/orgs/{org}/suspend",
                "Keeps everybody out of an organization, and ends their sessions",
                access: .operators(.operator),
                body: Reason.self,
                problems: [.orgOver],
                limit: .control
            ) { call, body in
                try await self.change(call) { SuspendOrg(org: $0, reason: body.reason) }
            },
            Endpoint(
                .post,
                "/control/orgs/{org}/resume",
                "Lets people in again, unless the organization is about to be deleted",
                access: .operators(.operator),
                problems: [.orgOver],
                limit: .control
            ) { call in
                try await self.change(call) { ResumeOrg(org: $0) }
            },
            Endpoint(
                .post,
                "/control/orgs/{org}/deletion",
                "Suspends an organization, and has it deleted when its grace is over",
                access: .operators(.operator),
                body: Reason.self,
                problems: [.orgOver],
                limit: .control
            ) { call, body in
                let seconds = self.grace.components.seconds
                return try await self.change(call) {
                    RequestOrgDeletion(org: $0, reason: body.reason, graceSeconds: seconds)
                }
            }.afterRecentLogin,
            Endpoint(
                .delete,
                "/control/orgs/{org}/deletion",
                "Takes a deletion back while its grace lasts",
                access: .operators(.operator),
                problems: [.orgOver],
                limit: .control
            ) { call in
                try await self.change(call) { CancelOrgDeletion(org: $0) }
            },
        ]
    }

    struct Reason: Decodable, Sendable, NotedFields {
        /// Stays in the log.
        var reason: String

        static let notes: [String: JSONShape.Note] = ["reason": .line(OrgReason.lengths, "Stays in the log.")]
    }

    /// Does something with an organization, and answers how it is then.
    private func change<C: Command>(_ call: Call, _ command: (OrgID) -> C) async throws -> Reply<OrgView> {
        let org: OrgID = try call.id("org")
        try await run(command(org), for: call)
        return Reply(try await self.org(org))
    }
}

extension Problem {
    static var orgOver: Problem {
        Problem(.conflict, "org.over", "the organization has ended, or is being ended")
    }
}
