import Commands
import EventStore
import Events
import Foundation
import Postgres
import Registrar
import TestSupport
import Testing

struct FoundingStepsTests {
    // One more than there are of each log: then nothing fails.
    static let deaths =
        (0...10).map { Death(log: "control", events: $0) } + (0...4).map { Death(log: "product", events: $0) }

    @Test(arguments: deaths)
    func `a founding that dies is gone on with by the next process, and is one`(death: Death) async throws {
        try await Foundry.run { (foundry) async throws in
            let onboarding = try await foundry.start("acme")
            try await foundry.complete(onboarding)

            let failure = try await death.strike(foundry) {
                // Letters are written in the look after the one that makes invitations, or in the same.
                while try await foundry.registrar().look() { try await foundry.control.isProjected() }
            }
            // It fails there, unless all is done before.
            #expect(
                (failure == nil) == (death.events >= (death.log == "control" ? 10 : 4)),
                "\(String(describing: failure))"
            )

            // Two at once, as after a partition of the network.
            try await foundry.control.isProjected()
            for _ in 0..<20 where try await foundry.phase(of: onboarding) != "finished" {
                async let one = foundry.registrar().look()
                async let other = foundry.registrar().look()
                _ = (try? await one, try? await other)
            }
            #expect(try await foundry.phase(of: onboarding) == "finished")
            while try await foundry.registrar().look() { try await foundry.control.isProjected() }
            try await expectOne(foundry)
        }
    }

    private func expectOne(_ foundry: Foundry) async throws {
        let control = try foundry.control.superuser()
        func count(_ sql: SQL) throws -> Int64 { try control.execute(sql).decode(Int64.self)[0] }
        #expect(try count("SELECT count(*) FROM rm.orgs WHERE slug = 'acme'") == 1)
        #expect(try count("SELECT count(*) FROM rm.tenants WHERE state = 'active'") == 1)
        #expect(try count("SELECT count(*) FROM rm.account_memberships") == 1)
        #expect(try count("SELECT count(*) FROM rm.invites WHERE mailed_at IS NOT NULL") == 2)
        #expect(try count("SELECT count(*) FROM rm.parked") == 0)
        let types = try PostgresConnection(foundry.database.configuration()).execute(
            "SELECT t.name FROM es.events e JOIN es.types t ON t.id = e.type ORDER BY t.name"
        ).decode(String.self)
        #expect(
            types == [
                "identity.handle_taken", "identity.user_joined", "workspace.room_created",
                "workspace.room_member_added",
            ]
        )
        let letters = foundry.letters.sent.withLock { $0 }
        #expect(Set(letters.map(\.address)) == ["bob@example.com", "cyd@example.com"])
        // One that went out twice is the same twice.
        #expect(Set(letters.map(\.key)).count == 2)
        for letter in letters {
            let token = try #require(letter.link.split(separator: "=").last).description
            #expect(foundry.tokens.invite(of: token).map { "\($0)" } == letter.key)
        }
    }
}
