internal import Commands
internal import Events
internal import GatewayHTTP
internal import HTTPTypes
internal import Projections

extension TenantAPI {
    var memberEndpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                "/api/rooms/{room}/members",
                "Who is in a room",
                query: .paging,
                handle: members
            ),
            Endpoint(.post, "/api/rooms/{room}/members", "Takes users into a room", body: NewMembers.self) {
                call,
                body in
                let command = AddMembers(room: try call.id("room"), users: body.userIDs.map(\.id))
                return Reply(position: try await run(command, for: call).position)
            },
            Endpoint(
                .patch,
                "/api/rooms/{room}/members/{user}",
                "Changes a member's role",
                body: MemberChange.self,
                handle: changeMember
            ),
            Endpoint(.delete, "/api/rooms/{room}/members/{user}", "Takes a user out of a room, or leaves it") { call in
                let command = RemoveMember(room: try call.id("room"), user: try call.id("user"))
                return Reply(position: try await run(command, for: call).position)
            },
        ]
    }

    private struct NewMembers: Decodable, Sendable, NotedFields {
        var userIDs: [EdgeID<UserEvent>]

        static let notes: [String: JSONShape.Note] = ["user_ids": .bounds(0...AddMembers.limit)]

        private enum CodingKeys: String, CodingKey {
            case userIDs = "user_ids"
        }
    }

    private struct MemberChange: Decodable, Sendable {
        var role: RoomRole
    }

    private func members(_ call: Call) async throws -> Reply<PageAnswer<MemberView>> {
        let room: RoomID = try call.id("room")
        let list = ["members", "\(room)"]
        guard
            let slice = try await reads.members(of: room, call.page(of: list, cursors), for: call.user, in: call.tenant)
        else {
            throw Problem.roomUnknown
        }
        return Reply(call.answer(slice, of: list, cursors))
    }

    private func changeMember(_ call: Call, _ body: MemberChange) async throws -> Reply<MemberView> {
        let user: UserID = try call.id("user")
        let result = try await run(ChangeMemberRole(room: call.id("room"), user: user, role: body.role), for: call)
        return Reply(MemberView(userID: "\(user)", role: body.role), position: result.position)
    }
}
