import EventStore
import Foundation
import Synchronization
import Testing

@testable import Commands

struct WriteGateTests {
    let keys = (0..<4).map { _ in StreamKey(tenant: .v7(), stream: .v7()) }

    @Test func `one is inside at a time, whatever streams they share`() async {
        let gate = WriteGate()
        let inside = Mutex<[StreamKey: Int]>([:])
        let most = Mutex(0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let mine: Set = [keys[number % 4], keys[(number * 7 + 1) % 4]]
                    if !gate.tryEnter(mine) { await gate.enter(mine) }
                    let now = inside.withLock { inside in
                        for key in mine { inside[key, default: 0] += 1 }
                        return mine.map { inside[$0] ?? 0 }.max() ?? 0
                    }
                    most.withLock { $0 = max($0, now) }
                    await Task.yield()
                    inside.withLock { inside in for key in mine { inside[key, default: 0] -= 1 } }
                    gate.leave(mine)
                }
            }
        }
        #expect(most.withLock { $0 } == 1)
        #expect(gate.tryEnter(Set(keys)))
    }

    @Test func `all or none is entered without waiting`() {
        let gate = WriteGate()
        #expect(gate.tryEnter([keys[0]]))
        #expect(!gate.tryEnter([keys[0], keys[1]]))
        #expect(gate.tryEnter([keys[1]]))
    }
}
