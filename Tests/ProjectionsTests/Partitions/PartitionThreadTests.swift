import EventStore
import Events
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Projections

struct PartitionThreadTests {
    @Test func `the longer there is nothing to do, the less often it looks, and a hint wakes it`() async throws {
        try await Story.run { story in
            let steps = Steps()
            try await working(steps, on: story, idlePoll: .seconds(600)) { thread in
                let start = ContinuousClock.now
                try await eventually { steps.hints.count >= 5 }
                try await Task.sleep(for: .milliseconds(800))
                // 10, 20, 40 … ms at the least lie between the looks: so many milliseconds have room for so many looks.
                let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
                #expect(Double(steps.hints.count) <= log2(milliseconds / 10 + 1) + 3)
                thread.wake(7)
                try await eventually { steps.hints.contains(7) }
            }
        }
    }

    @Test func `a hint that is not borne out is followed once`() async throws {
        try await Story.run { story in
            let steps = Steps()
            try await working(steps, on: story, idlePoll: .seconds(600)) { thread in
                thread.wake(1000)
                try await eventually { steps.hints.contains(1000) }
                try await Task.sleep(for: .milliseconds(300))
                #expect(steps.hints.count { $0 == 1000 } == 1)
            }
        }
    }

    @Test func `whoever fails or loses the partition takes it again, and gives it up in the end`() async throws {
        try await Story.run { story in
            let steps = Steps()
            try await working(steps, on: story, idlePoll: .milliseconds(10)) { thread in
                steps.fail(Deposed(projection: "test", partition: story.tenant.partition))
                try await eventually { steps.takeovers == 2 }
                steps.fail(Unexpected("it broke"))
                try await eventually { steps.takeovers == 3 }
                thread.wake(3)
                try await eventually { steps.hints.contains(3) }
            }
            let owners = try await story.query(
                "SELECT lease_owner, true FROM rm.checkpoints WHERE projection = 'test'",
                as: (UUID?, Bool).self
            )
            #expect(owners.count == 1 && owners[0].0 == nil)
        }
    }

    @Test func `a partition goes to another process when its owner cannot work`() async throws {
        try await Story.run { story in
            let (broken, whole) = (Steps(), Steps())
            broken.failAlways(Unexpected("this process cannot"))
            try await working(broken, on: story, idlePoll: .milliseconds(10)) { _ in
                try await eventually { broken.takeovers > 0 }
                try await working(whole, on: story, idlePoll: .milliseconds(10)) { thread in
                    try await eventually { whole.takeovers == 1 }
                    thread.wake(3)
                    try await eventually { whole.hints.contains(3) }
                    #expect(whole.takeovers == 1)
                }
            }
        }
    }

    @Test func `what another process has projected is seen without a hint`() async throws {
        try await Story.run { story in
            let progress = PositionWatch()
            let watch = CheckpointWatch(
                of: ReadModelSet.product.name,
                every: .milliseconds(10),
                postgres: story.database.configuration(as: .projector),
                progress: progress,
                logger: story.database.logger
            )
            let watching = watch.start()
            try await story.join()
            let position = try await story.project()
            try await eventually { progress[story.tenant.partition] == position }
            watch.stop()
            await watching.waitUntilFinished()
        }
    }

    /// Lends a thread that does `steps`.
    private func working(
        _ steps: Steps,
        on story: Story,
        idlePoll: Duration,
        _ body: (PartitionThread) async throws -> Void
    ) async throws {
        let configuration = PartitionThread.Configuration(
            name: "test",
            cell: nil,
            postgres: story.database.configuration(as: .projector),
            poll: .milliseconds(10),
            idlePoll: idlePoll,
            standby: .milliseconds(10)
        )
        let partition = story.tenant.partition
        let thread = PartitionThread(configuration, of: partition, logger: story.database.logger) { owner, connection in
            try Lease.acquire("test", of: partition, by: owner, for: .seconds(60), on: connection).map { lease in
                steps.noteTakeover()
                return Idling(lease: lease, steps: steps)
            }
        }
        let running = thread.start()
        let result: Result<Void, any Error>
        do { result = .success(try await body(thread)) } catch { result = .failure(error) }
        thread.stop()
        await running.waitUntilFinished()
        try result.get()
    }

    private func eventually(_ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while !condition() {
            guard deadline > .now else { throw Unexpected("it did not come to be in ten seconds") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Work that is never there, and what was asked of it.
private final class Steps: Sendable {
    private struct State {
        var hints: [Position] = []
        var takeovers = 0
        var failure: (any Error)?
        var isBroken = false
    }

    private let state = Mutex(State())

    /// What each step was told.
    var hints: [Position] { state.withLock(\.hints) }
    var takeovers: Int { state.withLock(\.takeovers) }

    func noteTakeover() { state.withLock { $0.takeovers += 1 } }

    /// Makes the next step fail.
    func fail(_ error: any Error) { state.withLock { $0.failure = error } }

    func failAlways(_ error: any Error) { state.withLock { ($0.failure, $0.isBroken) = (error, true) } }

    func take(_ hint: Position) throws {
        let failure = state.withLock { state in
            defer { if !state.isBroken { state.failure = nil } }
            state.hints.append(hint)
            return state.failure
        }
        if let failure { throw failure }
    }
}

private struct Idling: PartitionWork {
    let lease: Lease
    let steps: Steps

    mutating func step(hint: Position, on connection: PostgresConnection) throws -> Bool {
        try steps.take(hint)
        return false
    }
}
