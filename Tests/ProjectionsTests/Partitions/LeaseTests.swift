import EventStore
import Events
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Projections

struct LeaseTests {
    private let partition = Partition(1)

    @Test func `a partition has one owner until that gives it up or its time is over`() async throws {
        try await withConnections { ours, theirs in
            let (me, you) = (UUID(), UUID())
            let first = try #require(try acquire(by: me, for: .seconds(60), on: ours))
            #expect(first.position == 0)
            #expect(try acquire(by: you, for: .seconds(60), on: theirs) == nil)
            try first.release(on: ours)
            let second = try #require(try acquire(by: you, for: .milliseconds(50), on: theirs))
            #expect(second.epoch > first.epoch)
            try await Task.sleep(for: .milliseconds(100))
            let third = try #require(try acquire(by: me, for: .seconds(60), on: ours))
            #expect(third.epoch > second.epoch)
            #expect(throws: Deposed.self) { try second.renew(on: theirs) }
            // What the deposed one gives up is not its own.
            try second.release(on: theirs)
            try third.renew(on: ours)
        }
    }

    @Test func `a renewed lease lasts`() async throws {
        try await withConnections { ours, theirs in
            let lease = try #require(try acquire(by: UUID(), for: .milliseconds(400), on: ours))
            for _ in 0..<4 {
                try await Task.sleep(for: .milliseconds(150))
                try lease.renew(on: ours)
            }
            #expect(try acquire(by: UUID(), for: .seconds(60), on: theirs) == nil)
        }
    }

    @Test func `a zombie's work is not committed, even if nothing has moved since`() async throws {
        try await withConnections { ours, theirs in
            let zombie = try #require(try acquire(by: UUID(), for: .zero, on: ours))
            var owner = try #require(try acquire(by: UUID(), for: .seconds(60), on: theirs))
            #expect(throws: Deposed.self) {
                try ours.transaction { try zombie.advance(to: 5, on: $0) }
            }
            try theirs.transaction { try owner.advance(to: 5, on: $0) }
            // The checkpoint moves from where the owner thinks that it is.
            #expect(throws: Deposed.self) {
                try theirs.transaction { try owner.advance(to: 6, on: $0) }
            }
            owner.position = 5
            try theirs.transaction { try owner.advance(to: 6, on: $0) }
        }
    }

    @Test func `an owner that stands still in the middle of its work does not hold up the next one`() async throws {
        try await withConnections { ours, theirs in
            let lease = try #require(try acquire(by: UUID(), for: .seconds(1), on: ours))
            let error = #expect(throws: PostgresError.self) {
                try ours.transaction { connection in
                    try lease.advance(to: 7, on: connection)
                    let next = try #require(try acquire(by: UUID(), for: .seconds(60), on: theirs))
                    #expect(next.position == 0)
                }
            }
            #expect(error?.isUnavailable == true)
        }
    }

    @Test func `taking over waits for the commit of the last owner`() async throws {
        try await TestDatabase.run { database in
            let (ours, theirs) = (database.pool(as: .projector), database.pool(as: .projector))
            let partition = partition
            let begun = AsyncStream<Void>.makeStream()
            async let committed: Void = ours.withConnection { connection in
                let lease = try #require(
                    try Lease.acquire("product", of: partition, by: UUID(), for: .zero, on: connection)
                )
                try connection.transaction { connection in
                    try lease.advance(to: 7, on: connection)
                    begun.continuation.yield()
                    try connection.execute("SELECT pg_sleep(0.3)")
                }
            }
            for await _ in begun.stream { break }
            // `advance` has made the lease last from then on.
            let position = try await theirs.withConnection { connection -> Position in
                while true {
                    if let lease = try Lease.acquire(
                        "product",
                        of: partition,
                        by: UUID(),
                        for: .seconds(60),
                        on: connection
                    ) {
                        return lease.position
                    }
                }
            }
            #expect(position == 7)
            try await committed
        }
    }

    private func acquire(by owner: UUID, for duration: Duration, on connection: PostgresConnection) throws -> Lease? {
        try Lease.acquire("product", of: partition, by: owner, for: duration, on: connection)
    }

    private func withConnections(_ body: (PostgresConnection, PostgresConnection) async throws -> Void) async throws {
        try await TestDatabase.run { database in
            try await body(
                PostgresConnection(database.configuration(as: .projector)),
                PostgresConnection(database.configuration(as: .projector))
            )
        }
    }
}
