import Commands
import EventStore
import Events
import Foundation
import TestSupport
import Testing

struct InviteTests {
    @Test func `an administrator invites somebody, sees who was invited, and takes it back`() async throws {
        try await Premises.run { premises in
            let admin = try await premises.person("admin", .admin)
            let body = #"{"email":"Bob@example.com","role":"guest"}"#
            let made = try await premises.send(.post, "/api/invites", body, as: admin)
            #expect(made.status == 201, "\(made.text)")
            let again = try await premises.send(.post, "/api/invites", #"{"email":"bob@example.com"}"#)
            again.expectProblem(409, "invite.pending")

            let listed = try await premises.send(.get, "/api/invites").json["items"].items
            #expect(listed.count == 1 && listed[0]["id"].text == made.id)
            #expect(listed[0]["email"] == "Bob@example.com" && listed[0]["role"] == "guest")
            #expect(listed[0]["invited_by"].text == "\(admin.id)" && listed[0]["expires_at"] == made["expires_at"])
            #expect(listed[0]["mailed_at"] == .null && listed[0]["mail_refusal"] == .null)

            #expect(try await premises.send(.delete, "/api/invites/\(made.id)").status == 204)
            #expect(try await premises.send(.delete, "/api/invites/\(made.id)").status == 204)
            #expect(try await premises.send(.get, "/api/invites").json["items"].items.isEmpty)
            #expect(try await premises.send(.post, "/api/invites", body).status == 201, "and invites anew")
        }
    }

    @Test func `one whose mail was refused says why, and one that was taken is gone from the list`() async throws {
        try await Premises.run { premises in
            let made = try await premises.send(.post, "/api/invites", #"{"email":"bob@example.com"}"#)
            let id = try #require(InviteID(made.id))
            try await premises.control.run(NoteInviteMailRefused(invite: id, code: "mail.refused"))
            try await premises.control.isProjected()
            #expect(try await premises.send(.get, "/api/invites").json["items"][0]["mail_refusal"] == "mail.refused")

            let account = try await premises.control.run(
                LogIn(
                    issuer: "https://id.example",
                    subject: "bob",
                    name: nil,
                    email: "bob@example.com",
                    emailIsVerified: true
                )
            ).answer.account
            let caller = Caller(tenant: .installation, actor: .account(account), user: nil)
            let accept = AcceptInvite(invite: id, account: account, user: UserID())
            _ = try await premises.control.plane.handler.handle(accept, in: CommandContext(caller: caller))
            try await premises.control.isProjected()
            #expect(try await premises.send(.get, "/api/invites").json["items"].items.isEmpty)
            try await premises.send(.delete, "/api/invites/\(made.id)").expectProblem(409, "invite.over")
        }
    }

    @Test func `what is no address is refused, and so is whoever may not invite`() async throws {
        try await Premises.run { premises in
            for email in ["bob", "@example.com", "bob@example.com\\r\\nBcc: eve@example.com", ""] {
                let refused = try await premises.send(.post, "/api/invites", #"{"email":"\#(email)"}"#)
                refused.expectProblem(422, "email.invalid")
            }
            let admin = try await premises.person("admin", .admin)
            let owner = #"{"email":"bob@example.com","role":"owner"}"#
            try await premises.send(.post, "/api/invites", owner, as: admin).expectProblem(403, "role.owner_required")
            let member = try await premises.person("member")
            try await premises.send(.get, "/api/invites", as: member).expectProblem(403, "role.not_allowed")
            try await premises.send(.delete, "/api/invites/\(InviteID())").expectProblem(404, "invite.not_found")
        }
    }
}
