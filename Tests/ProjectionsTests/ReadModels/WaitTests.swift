import EventStore
import Events
import Postgres
import TestSupport
import Testing

@testable import Projections

struct WaitTests {
    @Test func `waiting ends when another process has projected`() async throws {
        try await Story.run { story in
            // This process's watch hears nothing of the projection: only the checkpoint tells.
            let reads = ReadModels(pool: story.database.pool(as: .gateway), progress: PositionWatch())
            async let waits = withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await reads.wait(for: story.tenant, past: 1, timeout: .seconds(20)) }
                }
                return try await group.reduce(true) { $0 && $1 }
            }
            try await Task.sleep(for: .milliseconds(50))
            try await story.join()
            try await story.project()
            #expect(try await waits)
            #expect(try await reads.wait(for: story.tenant, past: 1, timeout: .zero))
        }
    }

    @Test func `waiting has an end`() async throws {
        try await Story.run { story in
            for (position, timeout, expected) in [(1, .milliseconds(60), false), (1, .zero, false), (0, .zero, true)]
                as [(Position, Duration, Bool)]
            {
                let isThere = try await story.reads.wait(for: story.tenant, past: position, timeout: timeout)
                #expect(isThere == expected)
            }
        }
    }

    @Test func `when the one who looks goes away, another looks`() async throws {
        try await Story.run { story in
            let reads = ReadModels(pool: story.database.pool(as: .gateway), progress: PositionWatch())
            let first = Task { try await reads.wait(for: story.tenant, past: 1, timeout: .seconds(20)) }
            try await Task.sleep(for: .milliseconds(30))
            let second = Task { try await reads.wait(for: story.tenant, past: 1, timeout: .seconds(20)) }
            try await Task.sleep(for: .milliseconds(30))
            first.cancel()
            await #expect(throws: (any Error).self) { try await first.value }
            try await story.join()
            try await story.project()
            #expect(try await second.value)
        }
    }
}
