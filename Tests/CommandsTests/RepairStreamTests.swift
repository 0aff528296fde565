import EventStore
import Events
import Foundation
import Testing

@testable import Commands

struct RepairStreamTests {
    private let stream = UUID.v7()

    private func decide(_ command: RepairStream, user: UserID? = nil) throws(Refusal) -> [any Event] {
        let tenant = Tenant(id: UUID.v7(), partition: Partition(0))
        let caller = Caller(tenant: tenant, actor: user.map { .user($0) } ?? .system, user: user)
        let repairs = Loaded(id: RepairID(of: stream), state: Repairs(), version: 0)
        return try command.decide(repairs, for: caller).items.map(\.event)
    }

    @Test func `an operator has a stream retried, or an event of it dropped`() throws {
        let retried = try decide(RepairStream(retrying: stream, parkedAt: 7, by: "eve"))
        #expect(retried.first as? RepairEvent == .retried(stream: stream, position: 7, by: "eve"))
        let dropped = try decide(RepairStream(of: stream, dropping: 7, because: "broken", by: "eve"))
        #expect(dropped.first as? RepairEvent == .dropped(stream: stream, position: 7, reason: "broken", by: "eve"))
    }

    @Test func `no user of a tenant repairs a stream`() {
        #expect(throws: Refusal.repairNotAllowed) {
            try decide(RepairStream(retrying: stream, parkedAt: 7, by: "eve"), user: UserID())
        }
    }

    @Test func `who did it and why must be said`() {
        #expect(throws: Refusal.operatorInvalid) { try decide(RepairStream(retrying: stream, parkedAt: 7, by: "")) }
        for reason in ["", "two\nlines", String(repeating: "x", count: 501)] {
            #expect(throws: Refusal.repairReasonInvalid) {
                try decide(RepairStream(of: stream, dropping: 7, because: reason, by: "eve"))
            }
        }
    }
}
