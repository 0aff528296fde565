import DevIdP
import Foundation
import Testing

struct KeyTests {
    @Test func `the key that signs next is published before, and the last one after`() async throws {
        try await Stage.run { (stage) async throws in
            let before = try await stage.keyNames()
            #expect(before.count == 2 && Set(before).count == 2)
            let first = try await stage.tokens(stage.signUp())
            #expect(try first.header["kid"] == before[0])
            try await stage.idp.rotateKeys()
            let after = try await stage.keyNames()
            #expect(after.count == 3 && Set(after).isSuperset(of: before) && after[0] == before[1])
            let second = try Tokens(await stage.refresh(first.refresh))
            #expect(try second.header["kid"] == before[1])
            // Both are verified by the published keys.
            #expect(try await stage.claims(first.id).sub == (await stage.claims(second.id).sub))
            // Until no token of the last key can be alive.
            stage.clock.advance(by: .seconds(601))
            #expect(try await stage.keyNames() == Array(after[0...1]))
        }
    }

    @Test func `keys rotate by time`() async throws {
        try await Stage.run(rotation: .seconds(1000)) { (stage) async throws in
            let first = try await stage.keyNames()
            stage.clock.advance(by: .seconds(500))
            #expect(try await stage.keyNames() == first)
            stage.clock.advance(by: .seconds(500))
            let second = try await stage.keyNames()
            #expect(second[0] == first[1] && second.contains(first[0]))
            // A token asks for it just as well, and a long sleep is one turn.
            stage.clock.advance(by: .seconds(50_000))
            #expect(try await stage.tokens(stage.signUp()).header["kid"] == second[1])
        }
    }

    @Test func `keys rotate by the button on the page`() async throws {
        try await Stage.run { (stage) async throws in
            let browser = Browser()
            let before = try await stage.keyNames()
            let page = try await browser.get("\(stage.issuer)/")
            for name in before { #expect(page.text.contains(name)) }
            let answer = try await browser.send(try #require(page.forms.first))
            #expect(answer.status == 303 && answer.headers.first(name: "location") == "\(stage.issuer)/")
            #expect(try await stage.keyNames()[0] == before[1])
        }
    }

    @Test func `keys and their turn outlive a restart, for their owner's eyes`() async throws {
        let (folder, clock) = (try TemporaryFolder(), TestClock())
        let names = Remembered<[String]>()
        try await Stage.run(folder: folder.path, clock: clock, rotation: .seconds(1000)) { (stage) async throws in
            try await stage.idp.rotateKeys()
            names.value = try await stage.keyNames()
            #expect(names.value?.count == 3)
        }
        clock.advance(by: .seconds(500))
        try await Stage.run(folder: folder.path, clock: clock, rotation: .seconds(1000)) { (stage) async throws in
            let kept = try await stage.keyNames()
            #expect(kept == names.value)
            clock.advance(by: .seconds(500))
            #expect(try await stage.keyNames()[0] == names.value?[1])
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/keys.json")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `another algorithm takes over at a restart, and the old keys stay published for a while`() async throws {
        let folder = try TemporaryFolder()
        let names = Remembered<[String]>()
        let token = Remembered<String>()
        try await Stage.run(folder: folder.path) { (stage) async throws in
            names.value = try await stage.keyNames()
            token.value = try await stage.tokens(stage.signUp()).id
        }
        try await Stage.run(folder: folder.path, algorithm: .rs256) { (stage) async throws in
            let now = try await stage.keyNames()
            #expect(now.count == 4 && Set(now).isSuperset(of: names.value!))
            let old = try await stage.claims(#require(token.value))
            #expect(old.email == "ada@example.com")
            #expect(try await stage.tokens(stage.signUp("Bob", "bob@example.com")).header["alg"] == "RS256")
        }
    }

    @Test func `nothing secret is published`() async throws {
        try await Stage.run(algorithm: .rs256) { (stage) async throws in
            let answer = try await Browser().get("\(stage.issuer)/jwks.json")
            #expect(answer.headers.first(name: "cache-control") == "public, max-age=60")
            for key in try #require(try answer.json["keys"] as? [[String: String]]) {
                #expect(Set(key.keys) == ["kty", "use", "alg", "kid", "n", "e"])
                #expect(key["kty"] == "RSA" && key["use"] == "sig" && key["alg"] == "RS256" && key["e"] == "AQAB")
            }
        }
    }
}
