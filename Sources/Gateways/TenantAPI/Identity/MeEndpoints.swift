internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var meEndpoints: [Endpoint] {
        [
            Endpoint(.get, "/api/me", "The caller", for: .anyone, handle: me),
            Endpoint(.patch, "/api/me", "Changes the caller's name", body: NewName.self, handle: renameMe),
        ]
    }

    private struct NewName: Decodable, Sendable, NotedFields {
        var name: String

        static let notes: [String: JSONShape.Note] = ["name": .line(User.nameLengths)]
    }

    private func me(_ call: Call) async throws -> Reply<UserView> {
        guard let user = try await caughtUp(call, { try await reads.user(call.user, in: call.tenant) }) else {
            throw Problem.unavailable("projection_behind", "the read models do not hold the caller yet")
        }
        return Reply(user)
    }

    private func renameMe(_ call: Call, _ body: NewName) async throws -> Reply<Written<UserView>> {
        try await rename(call.user, to: body.name, for: call)
    }

    func rename(_ user: UserID, to name: String, for call: Call) async throws -> Reply<Written<UserView>> {
        let result = try await run(RenameUser(user: user, name: name), for: call)
        return try await written("\(user)", by: result, for: call) { try await reads.user(user, in: call.tenant) }
    }
}
