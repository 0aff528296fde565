internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections
internal import Sessions

extension TenantAPI {
    var userEndpoints: [Endpoint] {
        [
            Endpoint(.get, "/api/users", "All users by identifier", query: .paging, handle: users),
            Endpoint(
                .post,
                "/api/users",
                "Adds a user",
                for: .administrators,
                body: NewUser.self,
                status: .created,
                handle: addUser
            ),
            Endpoint(.get, "/api/users/{user}", "A user", handle: user),
            Endpoint(
                .patch,
                "/api/users/{user}",
                "Changes a user's name or role",
                body: UserChange.self,
                handle: changeUser
            ),
            Endpoint(.post, "/api/users/{user}/deactivate", "Ends what a user may do", for: .administrators) { call in
                try await changed(by: DeactivateUser(user: call.id("user")), for: call)
            },
            Endpoint(.post, "/api/users/{user}/reactivate", "Lets a user in again", for: .administrators) { call in
                try await changed(by: ReactivateUser(user: call.id("user")), for: call)
            },
            Endpoint(
                .post,
                "/api/users/{user}/forget",
                "Erases all that a deactivated user wrote, and who they were; it cannot be taken back",
                for: .administrators,
                body: Forgetting.self,
                handle: forget
            ),
        ]
    }

    private struct NewUser: Decodable, Sendable, NotedFields {
        var handle: String
        var name: String
        var role: Role?
        var kind: UserEvent.Kind?

        static let notes: [String: JSONShape.Note] = [
            "handle": .pattern("^[A-Za-z0-9._-]{1,64}$", "Kept in lower case."),
            "name": .line(User.nameLengths),
        ]
    }

    private struct UserChange: Decodable, Sendable, NotedFields {
        var name: String?
        var role: Role?

        static let notes: [String: JSONShape.Note] = ["name": .line(User.nameLengths, "This or the role, not both.")]
    }

    private struct Forgetting: Decodable, Sendable {
        var reason: UserEvent.ForgetReason
    }

    private func users(_ call: Call) async throws -> Reply<PageAnswer<UserView>> {
        let slice = try await reads.users(call.page(of: ["users"], cursors), in: call.tenant)
        return Reply(call.answer(slice, of: ["users"], cursors))
    }

    private func user(_ call: Call) async throws -> Reply<UserView> {
        guard let user = try await reads.user(call.id("user"), in: call.tenant) else {
            throw Problem.notFound("user.not_found", "There is no such user.")
        }
        return Reply(user)
    }

    /// All that a new user is stands in the request, so the answer need not wait for the read models.
    private func addUser(_ call: Call, _ body: NewUser) async throws -> Reply<UserView> {
        let command = AddUser(
            user: UserID(),
            handle: body.handle,
            name: body.name,
            kind: body.kind ?? .person,
            role: body.role ?? .member
        )
        let result = try await run(command, for: call)
        let user = UserView(
            id: "\(result.answer.user)",
            handle: Handle.normalized(command.handle),
            name: command.displayName,
            kind: command.kind,
            role: command.role,
            active: true,
            version: 1
        )
        return Reply(user, position: result.position)
    }

    private func changeUser(_ call: Call, _ body: UserChange) async throws -> Reply<Written<UserView>> {
        let user: UserID = try call.id("user")
        switch (body.name, body.role) {
        case (let name?, nil): return try await rename(user, to: name, for: call)
        case (nil, let role?): return try await changed(by: ChangeUserRole(user: user, role: role), for: call)
        case (nil, nil): throw Problem(.unprocessableContent, "user.nothing_to_change", "name a name or a role")
        // Each is a decision of its own: if the second were refused, the first would stand.
        case (_?, _?):
            throw Problem(.unprocessableContent, "user.one_change", "change the name or the role, one at a time")
        }
    }

    /// A repeated request ends the sessions again, should the process have died between the two.
    private func forget(_ call: Call, _ body: Forgetting) async throws -> Reply<Written<UserView>> {
        let command = ForgetUser(user: try call.id("user"), reason: body.reason)
        let reply = try await changed(by: command, for: call)
        try await issuer.endAll(of: command.user, in: call.tenant, isForgotten: true, by: .user(call.user))
        return reply
    }

    private func changed<C: Command>(by command: C, for call: Call) async throws -> Reply<Written<UserView>> {
        let user: UserID = try call.id("user")
        let result = try await run(command, for: call)
        return try await written("\(user)", by: result, for: call) { try await reads.user(user, in: call.tenant) }
    }
}
