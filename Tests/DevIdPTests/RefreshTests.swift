import DevIdP
import Foundation
import Testing

struct RefreshTests {
    @Test func `a refresh gives new tokens of the same login`() async throws {
        try await Stage.run { (stage) async throws in
            let first = try await stage.tokens(stage.signUp())
            let before = try await stage.claims(first.id)
            stage.clock.advance(by: .seconds(700))
            #expect(try await stage.userInfo(first.access).status == 401)
            let answer = try await stage.refresh(first.refresh)
            #expect(answer.headers.first(name: "cache-control") == "no-store")
            let second = try Tokens(answer)
            #expect(second.refresh != first.refresh && second.scope == first.scope)
            #expect(try await stage.userInfo(second.access).status == 200)
            let after = try await stage.claims(second.id)
            #expect(after.sub == before.sub && after.aud == before.aud && after.sid == before.sid)
            #expect(after.auth_time == before.auth_time && after.iat >= before.iat + 700)
            #expect(after.nonce == nil && after.at_hash != before.at_hash)
        }
    }

    @Test func `a refresh token that is used again takes its family along`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let first = try await stage.tokens(stage.signUp(with: browser))
            let other = try await stage.tokens(Login(browser.get(stage.url(for: Party())), Party()))
            let second = try Tokens(await stage.refresh(first.refresh))
            let third = try Tokens(await stage.refresh(second.refresh))
            #expect(try await stage.refresh(first.refresh).json("error") == "invalid_grant")
            for tokens in [first, second, third] {
                #expect(try await stage.userInfo(tokens.access).status == 401)
                #expect(try await stage.refresh(tokens.refresh).json("error") == "invalid_grant")
            }
            // Another login is another family.
            #expect(try await stage.userInfo(other.access).status == 200)
            #expect(try await stage.refresh(other.refresh).status == 200)
        }
    }

    @Test func `of many at once one gets tokens`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp())
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await stage.refresh(tokens.refresh).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0 == 200 }.count == 1)
            #expect(answers.filter { $0 == 400 }.count == 7)
        }
    }

    @Test func `fewer scopes may be asked for, and more not`() async throws {
        try await Stage.run { (stage) async throws in
            var party = Party()
            party.scope = "openid email"
            let first = try await stage.tokens(stage.signUp(at: party))
            #expect(
                try await stage.refresh(first.refresh, scope: "openid email profile").json("error") == "invalid_scope"
            )
            #expect(try await stage.refresh(first.refresh, scope: "email").json("error") == "invalid_scope")
            let narrow = try Tokens(await stage.refresh(first.refresh, scope: "openid"))
            #expect(narrow.scope == "openid")
            #expect(try await stage.claims(narrow.id).email == nil)
            let wide = try Tokens(await stage.refresh(narrow.refresh))
            #expect(wide.scope == "openid email")
        }
    }

    @Test func `a refresh token is for its client, and expires`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp())
            for client in [Stage.rival, Stage.spa] {
                #expect(try await stage.refresh(tokens.refresh, as: client).json("error") == "invalid_grant")
            }
            for token in ["nonsense", tokens.access, tokens.id] {
                #expect(try await stage.refresh(token).json("error") == "invalid_grant")
            }
            stage.clock.advance(by: .seconds(30 * 24 * 60 * 60 + 1))
            #expect(try await stage.refresh(tokens.refresh).json("error") == "invalid_grant")
        }
    }

    @Test func `after a restart everybody signs in anew`() async throws {
        let folder = try TemporaryFolder()
        let kept = Remembered<Tokens>()
        try await Stage.run(folder: folder.path) { stage in kept.value = try await stage.tokens(stage.signUp()) }
        try await Stage.run(folder: folder.path) { (stage) async throws in
            let tokens = try #require(kept.value)
            #expect(try await stage.refresh(tokens.refresh).json("error") == "invalid_grant")
            #expect(try await stage.userInfo(tokens.access).status == 401)
        }
    }
}

struct UserInfoTests {
    @Test func `the bearer of an access token learns who it is`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp(isVerified: false))
            let answers = [
                try await stage.userInfo(tokens.access),
                try await Browser().post(
                    "\(stage.issuer)/userinfo",
                    body: "",
                    headers: ["authorization": "bearer \(tokens.access)"]
                ),
            ]
            for answer in answers {
                #expect(answer.status == 200)
                #expect(answer.headers.first(name: "content-type") == "application/json")
                #expect(try answer.json("sub") == (await stage.claims(tokens.id).sub))
                #expect(try answer.json("name") == "Ada Lovelace" && answer.json("email") == "ada@example.com")
                #expect(try answer.json["email_verified"] as? Bool == false)
                #expect(try answer.json("preferred_username") == "ada")
            }
        }
    }

    @Test func `without a good token nobody learns anything`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp())
            let without = try await Browser().get("\(stage.issuer)/userinfo")
            #expect(without.status == 401)
            #expect(without.headers.first(name: "www-authenticate")?.contains("error=") == false)
            for token in ["nonsense", tokens.refresh, tokens.id, ""] {
                let answer = try await stage.userInfo(token)
                #expect(answer.status == 401)
                #expect(answer.headers.first(name: "www-authenticate")?.contains("error=\"invalid_token\"") == true)
            }
            let query = try await Browser().get("\(stage.issuer)/userinfo?access_token=\(tokens.access)")
            #expect(query.status == 401)
        }
    }
}

struct RevocationTests {
    @Test func `a refresh token takes its access tokens along`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp())
            let answer = try await stage.send(["token": tokens.refresh], to: "/revoke", as: Stage.app)
            #expect(answer.status == 200)
            #expect(try await stage.userInfo(tokens.access).status == 401)
            #expect(try await stage.refresh(tokens.refresh).json("error") == "invalid_grant")
        }
    }

    @Test func `an access token goes alone`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp())
            let fields = ["token": tokens.access, "token_type_hint": "refresh_token"]
            #expect(try await stage.send(fields, to: "/revoke", as: Stage.app).status == 200)
            #expect(try await stage.userInfo(tokens.access).status == 401)
            #expect(try await stage.refresh(tokens.refresh).status == 200)
        }
    }

    @Test func `another client's token stays`() async throws {
        try await Stage.run { (stage) async throws in
            let tokens = try await stage.tokens(stage.signUp())
            for token in [tokens.access, tokens.refresh] {
                for client in [Stage.rival, Stage.spa] {
                    let answer = try await stage.send(["token": token], to: "/revoke", as: client)
                    #expect(answer.status == 400)
                    #expect(try answer.json("error") == "invalid_grant")
                }
            }
            #expect(try await stage.userInfo(tokens.access).status == 200)
            #expect(try await stage.refresh(tokens.refresh).status == 200)
        }
    }

    @Test func `what is not known has ended already`() async throws {
        try await Stage.run { (stage) async throws in
            let unknown = try await stage.send(["token": "nonsense"], to: "/revoke", as: Stage.app)
            #expect(unknown.status == 200)
            #expect(try await stage.send([:], to: "/revoke", as: Stage.app).json("error") == "invalid_request")
        }
    }
}
