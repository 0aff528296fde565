internal import Commands
internal import EventStore
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension OrgsAPI {
    var nameEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/orgs/names/{name}",
                "Whether an organization could have a name, and what else it could be called",
                access: .everybody,
                limit: .names,
                handle: name
            )
        ]
    }

    struct NameView: Codable, EndpointAnswer {
        enum State: String, Codable, CaseIterable, ShapedValue { case available, taken, reserved, invalid }

        /// As it stands in web addresses; null for a text that leads to none.
        let slug: String?
        let state: State
        /// Why it is no name: a stable code and a text for people.
        let code: String?
        let reason: String?
        let suggestions: [String]
    }

    private func name(_ call: Call) async throws -> Reply<NameView> {
        let text = try call.text("name")
        switch OrgName.check(text) {
        case .valid(let name):
            if try await free([name.slug]).contains(name.slug) {
                return Reply(NameView(slug: name.slug, state: .available, code: nil, reason: nil, suggestions: []))
            }
            return Reply(
                NameView(
                    slug: name.slug,
                    state: .taken,
                    code: "name.taken",
                    reason: "an organization has this name, or one that looks like it",
                    suggestions: try await suggestions(for: name)
                )
            )
        case .reserved(let slug):
            return Reply(
                NameView(
                    slug: slug,
                    state: .reserved,
                    code: "name.reserved",
                    reason: "this name is kept for the service itself",
                    suggestions: []
                )
            )
        case .invalid(let slug, let problem):
            return Reply(
                NameView(
                    slug: slug,
                    state: .invalid,
                    code: problem.code,
                    reason: problem.message,
                    suggestions: slug.map { [$0] } ?? []
                )
            )
        }
    }

    /// Up to three names that may be had.
    private func suggestions(for name: OrgName) async throws -> [String] {
        var taken: Set<String> = []
        var free: [String] = []
        // Each round finds out about three more; nobody needs more than a few.
        for _ in 0..<5 {
            let candidates = OrgName.suggestions(for: name) { taken.contains($0.slug) }.map(\.slug)
            free = try await self.free(candidates)
            if free.count == candidates.count { break }
            taken.formUnion(candidates.filter { !free.contains($0) })
        }
        return free
    }

    private func free(_ slugs: [String]) async throws -> [String] {
        let caller = Caller(tenant: .installation, actor: .system, user: nil)
        return try await commands.handle(AskNames(slugs), in: CommandContext(caller: caller)).answer.free
    }
}
