import Commands
import Events
import Foundation
import Projections
import TestSupport
import Testing

@testable import RealtimeAPI

@Suite(.timeLimit(.minutes(20)))
struct UsageTests {
    @Test func `limits and billing are told to owners and administrators alone`() async throws {
        try await Stage.run { (stage) async throws in
            let owner = try await stage.user("owner", .owner)
            let (admin, ada) = (try await stage.user("admin", .admin), try await stage.user("ada"))
            var theirs = [try await stage.subscriber(owner), try await stage.subscriber(admin)]
            var hers = try await stage.subscriber(ada)
            let month = Month(of: .now)
            try await stage.perform(SetLimit(meter: .users, limit: MeterLimit(hard: 3, soft: 2), source: .plan))
            try await stage.perform(NoteUsage(meter: .users, used: 3, month: month))
            try await stage.perform(SetLimit(meter: .users, limit: MeterLimit(hard: nil, soft: 2), source: .plan))
            try await stage.perform(NoteUsage(meter: .users, used: 3, month: month))
            try await stage.close(month, Meter.allCases.map { .init($0, 3) })
            for index in theirs.indices {
                let events = try await theirs[index].drain()
                #expect(
                    events.map { $0["type"].text }
                        == Array(repeating: "limit.changed", count: 5) + ["billing.changed"]
                )
                #expect(
                    events.map { $0["data"]["change"].text }
                        == ["set", "alerted", "reached", "set", "cleared", "closed"]
                )
                #expect(events[0]["data"]["hard"].int == 3 && events[2]["data"]["used"].int == 3)
                #expect(events[5]["data"]["period"].text == "\(month)")
                #expect(events[5]["data"]["quantities"]["rooms"].int == 3)
            }
            #expect(try await hers.drain().isEmpty)
        }
    }

    @Test func `who is an administrator no more is not told what was queued`() async throws {
        try await Stage.run { (stage) async throws in
            let admin = try await stage.user("admin", .admin)
            var subscriber = try await stage.subscriber(admin)
            try await stage.perform(SetLimit(meter: .rooms, limit: MeterLimit(hard: 3), source: .plan))
            try await stage.fannedOut()
            #expect(try await subscriber.peek().events.map { $0["type"].text } == ["limit.changed"])
            try await stage.perform(ChangeUserRole(user: admin, role: .member))
            try await stage.perform(SetLimit(meter: .rooms, limit: MeterLimit(hard: 4), source: .plan))
            #expect(try await subscriber.drain().allSatisfy { $0["type"].text != "limit.changed" })
        }
    }
}

extension Stage {
    func close(_ month: Month, _ quantities: [UsageEvent.Quantity]) async throws {
        let caller = Caller(tenant: tenant, actor: .system, user: nil, now: month.end)
        let close = ClosePeriod(month: month, quantities: quantities)
        _ = try await commands.handle(close, in: CommandContext(caller: caller))
    }
}
