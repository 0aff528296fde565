internal import EventStore
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension ControlAPI {
    var orgEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/control/orgs",
                "The organizations, the oldest first",
                access: .operators(.viewer),
                query: .paging + [.orgState, .orgName],
                limit: .control,
                handle: list
            ),
            Endpoint(
                .get,
                "/control/orgs/{org}",
                "One organization",
                access: .operators(.viewer),
                limit: .control
            ) { call in
                Reply(try await self.org(call.id("org")))
            },
        ]
    }

    private func list(_ call: Call) async throws -> Reply<PageAnswer<OrgView>> {
        let state = try call.query.value(.orgState) { OrgView.State(rawValue: $0) }
        let name = call.query[.orgName]
        let list = ["control/orgs", state?.rawValue ?? "", name ?? ""]
        let slice = try await orgs(in: state, named: name, call.page(of: list, cursors))
        return Reply(call.answer(slice, of: list, cursors))
    }
}

extension Parameter {
    fileprivate static let orgState = query(
        "state",
        .choice(ControlAPI.OrgView.State.allCases.map(\.rawValue)),
        "Only those in this state."
    )
    fileprivate static let orgName = query("name", .text, "Only those that have this in their name, in whatever case.")
}
