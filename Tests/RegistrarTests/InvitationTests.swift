import Commands
import EventStore
import Events
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Registrar

struct InvitationTests {
    /// What becomes of each letter, and how often each was tried.
    private final class Post: Sendable {
        let tries = Mutex<[String: Int]>([:])
        let now = Mutex(ContinuousClock.now)

        func registrar(
            of foundry: Foundry,
            _ answer: @escaping @Sendable (String) throws -> Void
        ) -> Registrar {
            foundry.registrar(clock: { self.now.withLock { $0 } }) { letter in
                self.tries.withLock { $0[letter.address, default: 0] += 1 }
                try answer(letter.address)
            }
        }

        func tries(of name: String) -> Int { tries.withLock { $0["\(name)@example.com"] ?? 0 } }
    }

    private struct ServerAway: Error {}

    private func founded(_ foundry: Foundry, inviting names: [String]) async throws {
        let onboarding = try await foundry.start("acme")
        try await foundry.complete(onboarding, inviting: names.map { "\($0)@example.com" })
        while try await foundry.registrar().step() { try await foundry.control.isProjected() }
        #expect(try await foundry.phase(of: onboarding) == "finished")
    }

    private func refusals(_ foundry: Foundry) throws -> [String] {
        try foundry.control.superuser().execute(
            "SELECT email || ' ' || mail_refusal FROM rm.invites WHERE mail_refused_at IS NOT NULL"
        ).decode(String.self)
    }

    @Test func `what is refused for good is not tried again and holds up nothing`() async throws {
        try await Foundry.run { (foundry) async throws in
            try await founded(foundry, inviting: ["bob", "cyd", "dan"])
            let post = Post()
            let refusing: @Sendable (String) throws -> Void = {
                if $0 == "bob@example.com" { throw Invitations.LetterFault.refused(code: "mail.refused") }
            }
            let registrar = post.registrar(of: foundry, refusing)
            while try await registrar.mail() {}
            // The next process knows of it.
            let next = post.registrar(of: foundry, refusing)
            while try await next.mail() {}
            #expect(["bob", "cyd", "dan"].map(post.tries) == [1, 1, 1])
            #expect(try refusals(foundry) == ["bob@example.com mail.refused"])
        }
    }

    @Test func `what is refused for now is tried later and later, and holds up nothing`() async throws {
        try await Foundry.run { (foundry) async throws in
            try await founded(foundry, inviting: ["bob", "cyd", "dan"])
            let post = Post()
            let registrar = post.registrar(of: foundry) {
                if $0 == "bob@example.com" { throw Invitations.LetterFault.notNow }
            }
            while try await registrar.mail() {}
            #expect(["bob", "cyd", "dan"].map(post.tries) == [1, 1, 1])
            for (number, minutes) in [1, 2, 4, 8, 16, 30, 30].enumerated() {
                post.now.withLock { $0 += .seconds(minutes * 60 - 1) }
                #expect(try await !registrar.mail())
                post.now.withLock { $0 += .seconds(1) }
                #expect(try await registrar.mail())
                #expect(post.tries(of: "bob") == number + 2)
            }
            // A process that begins anew tries it at once.
            #expect(try await post.registrar(of: foundry) { _ in }.mail())
            #expect(["bob", "cyd", "dan"].map(post.tries) == [9, 1, 1])
            #expect(try refusals(foundry).isEmpty)
        }
    }

    @Test func `a letter that the server cannot bear is behind the others when it is back`() async throws {
        try await Foundry.run { (foundry) async throws in
            try await founded(foundry, inviting: ["bob", "cyd", "dan"])
            let post = Post()
            let registrar = post.registrar(of: foundry) { if $0 == "bob@example.com" { throw ServerAway() } }
            await #expect(throws: ServerAway.self) { while try await registrar.mail() {} }
            while try await registrar.mail() {}
            #expect(["bob", "cyd", "dan"].map(post.tries) == [1, 1, 1])
            post.now.withLock { $0 += .seconds(60) }
            await #expect(throws: ServerAway.self) { try await registrar.mail() }
            #expect(post.tries(of: "bob") == 2)
        }
    }

    @Test func `a letter that belongs to another process is left`() async throws {
        try await Foundry.run { (foundry) async throws in
            try await founded(foundry, inviting: ["bob"])
            let post = Post()
            let registrar = post.registrar(of: foundry) { _ in }
            #expect(try await !registrar.mail { false })
            #expect(post.tries(of: "bob") == 0)
            #expect(try await registrar.mail { true })
            #expect(post.tries(of: "bob") == 1)
        }
    }
}
