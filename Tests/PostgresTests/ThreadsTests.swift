import Testing
import Threads

extension PostgresTests {
    struct ThreadsTests {
        @Test func `what gathers is taken in one go, oldest first`() {
            let queue = BlockingQueue<Int>(capacity: 10)
            for n in 1...5 { #expect(queue.push(n)) }
            #expect(queue.takeAll(max: 3) == [1, 2, 3])
            #expect(queue.takeAll(max: 3) == [4, 5])
        }

        @Test func `a full queue takes nothing but what comes back to the front`() {
            let queue = BlockingQueue<Int>(capacity: 2)
            #expect(queue.push(3) && queue.push(4))
            #expect(!queue.push(5))
            queue.pushFront([1, 2])
            #expect(queue.takeAll(max: 10) == [1, 2, 3, 4])
        }

        @Test func `a closed queue gives what it has, then nil`() {
            let queue = BlockingQueue<Int>(capacity: 2)
            #expect(queue.push(1))
            queue.close()
            #expect(!queue.push(2))
            #expect(queue.take() == 1)
            #expect(queue.takeAll(max: 1) == nil)
        }

        @Test func `a timeout gives an empty batch`() {
            let queue = BlockingQueue<Int>(capacity: 2)
            let took = ContinuousClock().measure { #expect(queue.takeAll(max: 1, timeout: .milliseconds(50)) == []) }
            #expect(took >= .milliseconds(50) && took < .seconds(1))
        }

        @Test func `nothing is lost between many threads`() async {
            let queue = BlockingQueue<Int>(capacity: 1_000_000)
            let sum = Monitor(0)
            let consumers = (0..<3).map { number in
                DedicatedThread(name: "consumer-\(number)") {
                    while let batch = queue.takeAll(max: 7) { sum.withLock { $0 += batch.reduce(0, +) } }
                }
            }
            await withTaskGroup { group in
                for task in 0..<10 {
                    group.addTask { for n in 0..<1_000 { #expect(queue.push(task * 1_000 + n)) } }
                }
            }
            queue.close()
            for consumer in consumers { await consumer.waitUntilFinished() }
            #expect(sum.withLock { $0 } == (0..<10_000).reduce(0, +))
        }

        @Test func `backoff doubles up to its limit, and starts over`() {
            var backoff = Backoff(first: .milliseconds(100), limit: .milliseconds(400))
            let ceilings: [Duration] = [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(400)]
            for ceiling in ceilings { #expect((ceiling / 2...ceiling).contains(backoff.next())) }
            backoff.reset()
            #expect(backoff.next() <= .milliseconds(100))
        }
    }
}
