import Commands
import EventStore
import Events
import Foundation
import Registrar
import TestSupport
import Testing

struct OnboardingTests {
    @Test func `of two hundred who want a name one gets it, and the others are told so`() async throws {
        try await Foundry.run { (foundry) async throws in
            var people: [AccountID] = []
            for _ in 0..<200 { people.append(try await Foundry.person(foundry.control)) }
            let outcomes = await withTaskGroup(of: Result<OnboardingID, any Error>.self) { group in
                for person in people {
                    group.addTask {
                        do { return .success(try await foundry.start("acme", by: person)) } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let refusals = outcomes.compactMap { outcome -> String? in
                guard case .failure(CommandError.refused(let refusal)) = outcome else { return nil }
                return refusal.code
            }
            #expect(outcomes.count { (try? $0.get()) != nil } == 1)
            #expect(refusals == Array(repeating: "name.taken", count: 199))
        }
    }

    @Test func `names that people take for the same exclude each other`() async throws {
        try await Foundry.run { (foundry) async throws in
            _ = try await foundry.start("paypal")
            await #expect(throws: CommandError.self) { try await foundry.start("paypa1") }
            _ = try await foundry.start("paypals")
        }
    }

    @Test func `nobody holds more than three names, and what lapses or is founded counts no more`() async throws {
        try await Foundry.run { (foundry) async throws in
            let old = Timestamp(microseconds: Timestamp.now.microseconds - 3_600_000_000)
            _ = try await foundry.start("one", now: old)
            let second = try await foundry.start("two")
            _ = try await foundry.start("three")
            do {
                _ = try await foundry.start("four")
                Issue.record("a fourth name is held")
            } catch CommandError.refused(let refusal) {
                #expect(refusal.code == "onboarding.too_many")
            }
            try await foundry.control.isProjected()
            while try await foundry.registrar().look() { try await foundry.control.isProjected() }
            _ = try await foundry.start("four")
            try await foundry.complete(second)
            while try await foundry.registrar().look() { try await foundry.control.isProjected() }
            _ = try await foundry.start("five")
            // The lapsed name is anybody's again, the founded one is not.
            _ = try await foundry.start("one", by: Foundry.person(foundry.control))
            await #expect(throws: CommandError.self) {
                try await foundry.start("two", by: Foundry.person(foundry.control))
            }
        }
    }

    @Test func `an onboarding that has lapsed cannot be completed, nor can another's`() async throws {
        try await Foundry.run { (foundry) async throws in
            let old = Timestamp(microseconds: Timestamp.now.microseconds - 3_600_000_000)
            let lapsed = try await foundry.start("late", now: old)
            do {
                try await foundry.complete(lapsed)
                Issue.record("it is completed")
            } catch CommandError.refused(let refusal) {
                #expect(refusal.code == "onboarding.over")
            }
            let others = try await foundry.start("others", by: Foundry.person(foundry.control))
            do {
                try await foundry.complete(others)
                Issue.record("it is completed")
            } catch CommandError.refused(let refusal) {
                #expect(refusal.code == "onboarding.not_found")
            }
        }
    }
}
