import Crypto
import EventStore
import Events
import Foundation
import HTTPTypes
import TestSupport
import Testing

struct CredentialTests {
    /// An agent of the tenant and what it signs with.
    private struct Agent {
        let premises: Premises
        let id: String
        let key = Curve25519.Signing.PrivateKey()

        init(_ premises: Premises, _ handle: String = "helper") async throws {
            self.premises = premises
            let body = #"{"handle":"\#(handle)","name":"A helper","kind":"agent"}"#
            let user = try await premises.send(.post, "/api/users", body)
            id = try #require(user.json["id"].text)
        }

        var path: String { "/api/users/\(id)/credentials" }

        func register(_ key: Curve25519.Signing.PrivateKey? = nil, expiresAt: String? = nil) async throws -> Answer {
            let x = Self.base64URL((key ?? self.key).publicKey.rawRepresentation)
            let end = expiresAt.map { #","expires_at":"\#($0)""# } ?? ""
            let body = #"{"label":"the host's","public_key":{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}\#(end)}"#
            return try await premises.send(.post, path, body)
        }

        func assertion(
            of client: String,
            jti: String = UUID().uuidString,
            audience: String = "http://127.0.0.1/auth/agent/login",
            by key: Curve25519.Signing.PrivateKey? = nil
        ) throws -> String {
            let now = Int(Date().timeIntervalSince1970)
            let claims = """
                {"iss":"\(client)","sub":"\(client)","aud":"\(audience)","iat":\(now),"exp":\(now + 120),"jti":"\(jti)"}
                """
            let signed = [#"{"alg":"EdDSA","typ":"JWT"}"#, claims].map { Self.base64URL(Data($0.utf8)) }
                .joined(separator: ".")
            let signature = try (key ?? self.key).signature(for: Data(signed.utf8))
            return signed + "." + Self.base64URL(signature)
        }

        func logIn(_ assertion: String) async throws -> Answer {
            try await post(#"{"client_assertion":"\#(assertion)"}"#)
        }

        func logIn(_ client: String, secret: String) async throws -> Answer {
            try await post(#"{"client_id":"\#(client)","client_secret":"\#(secret)"}"#)
        }

        func post(_ body: String) async throws -> Answer {
            // With no session at all.
            try await premises.send(.post, "/auth/agent/login", body, headers: [.authorization: ""])
        }

        /// What whoever bears the token of an answer is told of themselves.
        func me(_ answer: Answer) async throws -> Answer {
            let token = try #require(answer.json["access_token"].text)
            return try await premises.send(.get, "/api/me", headers: [.authorization: "Bearer \(token)"])
        }

        private static func base64URL(_ data: Data) -> String {
            data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
    }

    @Test func `an agent that has signed is let in, and its word is good once`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let issued = try await agent.register()
            #expect(issued.status == 201 && issued.json["client_secret"] == .null)
            let client = try #require(issued.json["client_id"].text)
            let word = try agent.assertion(of: client)
            let entered = try await agent.logIn(word)
            #expect(entered.status == 200, "\(entered.text)")
            #expect(entered.json["token_type"] == "Bearer" && entered.json["expires_in"] == 3600)
            #expect(entered.json["user_id"].text == agent.id)
            let me = try await agent.me(entered)
            #expect(me.status == 200 && me.json["id"].text == agent.id, "\(me.text)")
            let again = try await agent.logIn(word)
            #expect(again.status == 401 && again.json["code"] == "auth.agent_refused")
            #expect(try await agent.logIn(agent.assertion(of: client)).status == 200)
        }
    }

    @Test func `a token is good for what was asked for, within what the credential is good for`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let issued = try await premises.send(
                .post,
                agent.path,
                #"{"label":"narrow","scopes":["messages:read","users:read","messages:write"]}"#
            )
            let client = try #require(issued.json["client_id"].text)
            let secret = try #require(issued.json["client_secret"].text)
            func logIn(_ scope: String?) async throws -> Answer {
                let scope = scope.map { #","scope":"\#($0)""# } ?? ""
                return try await agent.post(#"{"client_id":"\#(client)","client_secret":"\#(secret)"\#(scope)}"#)
            }
            let all = try await logIn(nil)
            #expect(all.json["scope"].text == "users:read messages:read messages:write", "\(all.text)")
            #expect(try await agent.me(all).status == 200)
            let narrow = try await logIn("messages:read")
            #expect(narrow.json["scope"].text == "messages:read")
            let refused = try await agent.me(narrow)
            #expect(refused.status == 403 && refused.json["code"] == "auth.insufficient_scope", "\(refused.text)")
            for wrong in ["rooms:write", "messages:read rooms:write", "everything", "", " "] {
                let answer = try await logIn(wrong)
                #expect(answer.status == 422 && answer.json["code"] == "auth.invalid_scope", "\(wrong): \(answer.text)")
            }
            let listed = try await premises.send(.get, agent.path).json["items"].items
            #expect(listed.first?["scopes"].items.map(\.text) == ["users:read", "messages:read", "messages:write"])
            let none = try await premises.send(.post, agent.path, #"{"label":"none","scopes":[]}"#)
            #expect(none.status == 422 && none.json["code"] == "credential.scopes_missing")
        }
    }

    @Test func `of many who show one assertion at once one gets in`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let client = try #require(try await agent.register().json["client_id"].text)
            let word = try agent.assertion(of: client)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await agent.logIn(word).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 401 } == 19, "\(statuses)")
        }
    }

    @Test func `whatever is wrong, the refusal is the same`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let other = try await Agent(premises, "other")
            let client = try #require(try await agent.register().json["client_id"].text)
            let others = try #require(try await other.register().json["client_id"].text)
            let nobody = "\(PrincipalID())"
            var refusals = [
                try await agent.logIn(agent.assertion(of: client, by: other.key)),
                try await agent.logIn(agent.assertion(of: others)), try await agent.logIn(agent.assertion(of: nobody)),
                try await agent.logIn(agent.assertion(of: "helper")),
                try await agent.logIn(agent.assertion(of: client, audience: "https://elsewhere.example")),
                try await agent.logIn("rubbish"),
                try await agent.logIn(client, secret: "dbs_" + String(repeating: "A", count: 43)),
                try await agent.logIn(nobody, secret: "dbs_" + String(repeating: "A", count: 43)),
                try await agent.logIn(client, secret: ""),
            ]
            #expect(refusals.allSatisfy { $0.status == 401 })
            let first = refusals.removeFirst()
            for refusal in refusals {
                #expect(refusal.json["code"] == first.json["code"] && refusal.json["detail"] == first.json["detail"])
            }
            for body in [#"{}"#, #"{"client_id":"\#(client)"}"#, #"{"client_assertion":"x","client_secret":"y"}"#] {
                #expect(try await agent.post(body).status == 400)
            }
        }
    }

    @Test func `a secret is told once, kept as a hash, and lets in until it is revoked`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let issued = try await premises.send(.post, agent.path, #"{"label":"the old host's"}"#)
            let (client, secret) = (
                try #require(issued.json["client_id"].text), try #require(issued.json["client_secret"].text)
            )
            let entered = try await agent.logIn(client, secret: secret)
            #expect(entered.status == 200)
            #expect(try await agent.me(entered).status == 200)

            let connection = try premises.control.superuser()
            let rows = try connection.execute("SELECT c::text FROM rm.credentials c").decode(String.self)
            let events = try connection.execute("SELECT encode(payload, 'escape') FROM es.events").decode(String.self)
            #expect(rows.count == 1 && (rows + events).allSatisfy { !$0.contains(secret.dropFirst(4)) })

            // Both are good while the one replaces the other.
            #expect(try await agent.register().status == 201)
            let listed = try await premises.send(.get, agent.path)
            #expect(listed.json["client_id"].text == client)
            #expect(listed.json["items"].items.map { $0["kind"] } == ["secret", "key"])
            let keyed = try await agent.logIn(agent.assertion(of: client))
            #expect(try await agent.me(keyed).status == 200)

            let old = try #require(issued.json["id"].text)
            #expect(try await premises.send(.delete, "\(agent.path)/\(old)").status == 204)
            #expect(try await agent.logIn(client, secret: secret).status == 401)
            #expect(try await agent.me(entered).status == 401, "what it opened is over")
            #expect(try await agent.me(keyed).status == 200)
            #expect(try await premises.send(.delete, "\(agent.path)/\(old)").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(20))) func `a credential runs out at its time`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            #expect(try await agent.register(expiresAt: "2020-01-01T00:00:00Z").status == 422)
            let client = try #require(
                try await agent.register(
                    expiresAt: "\(Timestamp(microseconds: Timestamp.now.microseconds + 3_000_000))"
                )
                .json["client_id"].text
            )
            while try await agent.logIn(agent.assertion(of: client)).status != 401 {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await premises.send(.get, agent.path).json["items"].items.isEmpty)
        }
    }

    @Test func `only administrators say by what an agent logs in, and nobody says so of a person`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let issued = try await agent.register()
            let id = try #require(issued.json["id"].text)
            let member = try await premises.person("member")
            for (method, path, body) in [
                (HTTPRequest.Method.get, agent.path, nil), (.post, agent.path, #"{"label":"mine"}"#),
                (.delete, "\(agent.path)/\(id)", nil),
            ] as [(HTTPRequest.Method, String, String?)] {
                #expect(try await premises.send(method, path, body, as: member).status == 403)
            }
            let person = "/api/users/\(member.id)/credentials"
            let refused = try await premises.send(.post, person, #"{"label":"hers"}"#)
            #expect(refused.status == 409 && refused.json["code"] == "credential.not_an_agent")
            let elsewhere = try await premises.database.makeTenant()
            let stranger = try await premises.person("stranger", .owner, in: elsewhere)
            #expect(try await premises.send(.get, agent.path, as: stranger).status == 404)
            #expect(try await premises.send(.delete, "\(agent.path)/\(id)", as: stranger).status == 404)
        }
    }

    @Test func `ten credentials and no more, each key once, and nothing that is no key`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            #expect(try await agent.register().status == 201)
            #expect(try await agent.register().json["code"] == "credential.exists")
            for body in [
                #"{"label":"x","public_key":{"kty":"RSA","crv":"none","x":"AQAB"}}"#,
                #"{"label":"x","public_key":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}}"#,
            ] {
                let refused = try await premises.send(.post, agent.path, body)
                #expect(refused.status == 422 && refused.json["errors"][0]["pointer"] == "/public_key")
            }
            #expect(try await premises.send(.post, agent.path, #"{"label":" "}"#).status == 422)
            for _ in 0..<9 { #expect(try await premises.send(.post, agent.path, #"{"label":"x"}"#).status == 201) }
            let refused = try await premises.send(.post, agent.path, #"{"label":"x"}"#)
            #expect(refused.status == 409 && refused.json["code"] == "credential.too_many")
        }
    }

    @Test func `an agent that is forgotten is let in no more`() async throws {
        try await Premises.run { premises in
            let agent = try await Agent(premises)
            let client = try #require(try await agent.register().json["client_id"].text)
            let entered = try await agent.logIn(agent.assertion(of: client))
            #expect(try await premises.send(.post, "/api/users/\(agent.id)/deactivate").status == 200)
            #expect(try await premises.send(.post, agent.path, #"{"label":"x"}"#).status == 409)
            let forget = try await premises.send(
                .post,
                "/api/users/\(agent.id)/forget",
                #"{"reason":"person_asked"}"#
            )
            #expect(forget.status == 200, "\(forget.text)")
            #expect(try await agent.logIn(agent.assertion(of: client)).status == 401)
            #expect(try await agent.me(entered).status == 401)
        }
    }
}
