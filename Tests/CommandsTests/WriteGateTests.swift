import EventStore
import Foundation
import Synchronization
import Testing

@testable import Commands

struct WriteGateTests {
    let keys = (0..<4).map { _ in StreamKey(tenant: .v7(), stream: .v7()) }

    /// Counts who is inside each stream.
    final class Occupancy: Sendable {
        private let counts = Mutex<[StreamKey: Int]>([:])
        private let highest = Mutex(0)

        var most: Int { highest.withLock { $0 } }

        func enter(_ keys: Set<StreamKey>) {
            let now = counts.withLock { counts in
                for key in keys { counts[key, default: 0] += 1 }
                return keys.compactMap { counts[$0] }.max() ?? 0
            }
            highest.withLock { $0 = max($0, now) }
        }

        func leave(_ keys: Set<StreamKey>) {
            counts.withLock { counts in
                for key in keys { counts[key, default: 0] -= 1 }
            }
        }
    }

    @Test func `one is inside at a time, whatever streams they share`() async {
        let gate = WriteGate()
        let occupancy = Occupancy()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let mine: Set = [keys[number % 4], keys[(number * 7 + 1) % 4]]
                group.addTask {
                    if !gate.tryEnter(mine) { await gate.enter(mine) }
                    occupancy.enter(mine)
                    await Task.yield()
                    occupancy.leave(mine)
                    gate.leave(mine)
                }
            }
        }
        #expect(occupancy.most == 1)
        #expect(gate.tryEnter(Set(keys)))
    }

    @Test func `all or none is entered without waiting`() {
        let gate = WriteGate()
        #expect(gate.tryEnter([keys[0]]))
        #expect(!gate.tryEnter([keys[0], keys[1]]))
        #expect(gate.tryEnter([keys[1]]))
    }
}
