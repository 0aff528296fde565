import Commands
import EventStore
import Events
import Foundation
import Testing

@testable import Metering

@Suite(.timeLimit(.minutes(20)))
struct MeteringTests {
    @Test func `a soft limit that is met is told once, by however many look`() async throws {
        try await Works.run { (works) async throws in
            try await works.limit(.messages, soft: 3, hard: 5)
            try await works.post(2)
            try await works.look()
            #expect(try await works.told() == [])
            try await works.post(2)
            try await works.look()
            try await works.post(1)
            try await works.look()
            let month = Month(of: .now)
            #expect(
                try await works.told() == [
                    .budgetAlerted(meter: .messages, soft: 3, used: 4, period: month),
                    .limitReached(meter: .messages, hard: 5, used: 5, period: month),
                ]
            )
        }
    }

    @Test func `a limit that was reached is cleared when it is raised, and told again when that is reached`()
        async throws
    {
        try await Works.run { (works) async throws in
            try await works.limit(.messages, soft: nil, hard: 1)
            try await works.post(1)
            try await works.look()
            try await works.limit(.messages, soft: nil, hard: 2)
            try await works.look()
            try await works.post(1)
            try await works.look()
            let month = Month(of: .now)
            #expect(
                try await works.told() == [
                    .limitReached(meter: .messages, hard: 1, used: 1, period: month),
                    .limitCleared(meter: .messages, used: 1),
                    .limitReached(meter: .messages, hard: 2, used: 2, period: month),
                ]
            )
        }
    }

    @Test func `what gives its unit back clears its limit`() async throws {
        try await Works.run { (works) async throws in
            try await works.limit(.rooms, soft: nil, hard: 1)
            try await works.look()
            try await works.run(ArchiveRoom(room: works.room), as: works.owner)
            try await works.look()
            #expect(
                try await works.told() == [
                    .limitReached(meter: .rooms, hard: 1, used: 1, period: nil), .limitCleared(meter: .rooms, used: 0),
                ]
            )
        }
    }

    @Test func `a new month clears the limit, and its soft one is told anew`() async throws {
        try await Works.run { (works) async throws in
            try await works.limit(.messages, soft: 1, hard: 1)
            try await works.limit(.users, soft: 1, hard: nil)
            try await works.post(1)
            try await works.look()
            let (month, next) = (Month(of: .now), Month(of: .now).next)
            works.clock.set(next.start)
            try await works.look()
            let told = try await works.told()
            #expect(Set(told.map(\.type.name)).count == 3)
            #expect(told.contains(.budgetAlerted(meter: .messages, soft: 1, used: 1, period: month)))
            #expect(told.contains(.limitCleared(meter: .messages, used: 0)))
            #expect(told.contains(.budgetAlerted(meter: .users, soft: 1, used: 1, period: month)))
            #expect(told.contains(.budgetAlerted(meter: .users, soft: 1, used: 1, period: next)))
            #expect(told.count == 5)
        }
    }

    @Test func `months are closed once each and in order, after a long absence too, by however many look`() async throws
    {
        try await Works.run { (works) async throws in
            try await works.post(3)
            let first = Month(of: .now)
            // Its end may still be the future of another clock.
            works.clock.set(first.end)
            try await works.look()
            #expect(try await works.told() == [])
            works.clock.set(first.next.next.next.start + 3_600)
            try await works.look()
            try await works.look()
            func closed(_ month: Month, _ messages: Int64) -> UsageEvent {
                let used: [Meter: Int64] = [.messages: messages, .users: 1, .rooms: 1]
                return .billingPeriodClosed(
                    period: month,
                    quantities: Meter.allCases.map { .init($0, used[$0] ?? 0) }
                )
            }
            #expect(
                try await works.told() == [
                    closed(first, 3), closed(first.next, 0), closed(first.next.next, 0),
                ]
            )
            let periods = try await works.reads.billingPeriods(in: works.tenant, at: works.clock.now())
            #expect(periods.map(\.closedAt).map { $0 == nil } == [true, false, false, false])
            #expect(periods.map { $0.quantities[0].quantity } == [0, 0, 0, 3])
        }
    }

    @Test func `a month is closed neither early, nor twice, nor before the one before it`() async throws {
        try await Works.run { (works) async throws in
            let month = Month(of: .now)
            let late = month.next.next.next.start
            #expect(
                try await works.close(month, at: Timestamp(microseconds: month.end.microseconds - 1))
                    == "billing.period_not_over"
            )
            #expect(try await works.close(month, at: late) == nil)
            #expect(try await works.close(month, at: late) == nil)
            #expect(try await works.close(month.next.next, at: late) == "billing.period_out_of_order")
            #expect(try await works.told().count == 1)
        }
    }
}

extension Timestamp {
    fileprivate static func + (time: Timestamp, seconds: Int64) -> Timestamp {
        Timestamp(microseconds: time.microseconds + seconds * 1_000_000)
    }
}
