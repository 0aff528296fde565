import TestSupport
import Testing

@testable import Projections

struct DeterminismTests {
    @Test(arguments: [1, 7] as [UInt64])
    func `projecting again gives the same rows, whatever the size of the batches`(seed: UInt64) async throws {
        try await Story.run { story in
            var history = RandomHistory(seed: seed)
            try await history.write(250, to: story)

            try await story.project(batches: 500)
            let tables = try await story.tables()
            var expected: [String: [String]] = [:]
            for table in tables {
                expected[table] = try await story.rows(of: table)
                #expect(expected[table] != [], "the history leaves \(table) empty, so it proves nothing of it")
            }
            for batches in [1, 7, 500] {
                try await story.drop()
                try await story.project(batches: batches)
                for table in tables {
                    #expect(try await story.rows(of: table) == expected[table], "\(table) with batches of \(batches)")
                }
            }
        }
    }
}
