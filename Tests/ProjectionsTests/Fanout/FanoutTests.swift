import EventStore
import Events
import Foundation
import Postgres
import Redis
import Synchronization
import TestSupport
import Testing

@testable import Projections

struct FanoutTests {
    @Test func `members who have a queue get a reference, and the payload is stored once`() async throws {
        try await FanoutStage.run { stage in
            let (ada, bob, eve) = (
                try await stage.story.join(), try await stage.story.join(), try await stage.story.join()
            )
            let room = try await stage.story.open(.private, members: [ada, bob])
            for user in [ada, bob, eve] { try await stage.subscribe(user) }
            let floor = try await stage.fanOut()
            #expect(try await stage.fences(ada)?.floor == floor)
            let message = try await stage.story.post("hello", in: room, by: ada)
            let position = try await stage.fanOut()
            #expect(try await stage.watermark == position)
            for user in [ada, bob] {
                let queue = try await stage.queue(user)
                #expect(queue.map(\.place) == [RealtimePlace(position, 1)] && queue.map(\.type) == [.messageCreated])
                #expect(queue.map(\.room) == [room])
            }
            #expect(try await stage.queue(eve).isEmpty)
            let payload = try #require(try await stage.payload(RealtimePlace(position, 1)))
            #expect(payload.contains(#""body":"hello""#) && payload.contains("\(message)"))
            // As a value of its own: the digits of an identifier or a time may well be the same.
            #expect(try payload.firstMatch(of: Regex("[:\"]\(position)[\",}]")) == nil)
        }
    }

    @Test func `nothing is done for users without a queue`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.story.post(in: room, by: ada)
            let position = try await stage.fanOut()
            #expect(try await stage.watermark == position)
            #expect(try await stage.send("KEYS", "*:ev:*").array == [])
            #expect(try await stage.send("KEYS", "*:q:*").array == [])
        }
    }

    @Test func `in a room with more members than one write holds, each message is shown when it is there`() async throws
    {
        try await FanoutStage.run { stage in
            var members: [UserID] = []
            for _ in 0..<7 { members.append(try await stage.story.join()) }
            let room = try await stage.story.open(members: members)
            for user in members { try await stage.subscribe(user) }
            let before = try await stage.fanOut()
            for number in 1...3 { try await stage.story.post("\(number)", in: room, by: members[0]) }
            let projected = try await stage.story.project()
            let shown = Mutex<[Position]>([])
            try await stage.fanout(
                { $0.commandLimit = 4 },
                onWake: { wake in shown.withLock { $0.append(wake.watermark) } }
            ) {
                fanout,
                connection in
                _ = try fanout.step(hint: projected, on: connection)
            }
            #expect(shown.withLock { $0 }.filter { $0 > before } == [before + 1, before + 2, before + 3])
            for user in members { #expect(try await stage.queue(user).count == 3) }
        }
    }

    @Test func `a removed member keeps the removal and loses what was queued before it`() async throws {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let room = try await stage.story.open(.private, members: [ada, bob])
            for user in [ada, bob] { try await stage.subscribe(user) }
            try await stage.fanOut()
            try await stage.story.post("secret", in: room, by: ada)
            try await stage.fanOut()
            #expect(try await stage.queue(bob).count == 1)
            try await stage.story.append(.memberRemoved(user: bob), to: room)
            try await stage.story.post("more", in: room, by: ada)
            try await stage.fanOut()
            #expect(try await stage.queue(bob).map(\.type) == [.roomMemberChanged])
            #expect(try await stage.queue(ada).count == 3)
        }
    }

    @Test func `what the log gives is what the queue would, though a removal is known to the read models already`()
        async throws
    {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let room = try await stage.story.open(.private, members: [ada, bob])
            try await stage.subscribe(bob)
            try await stage.fanOut()
            for number in 1...2 { try await stage.story.post("\(number)", in: room, by: ada) }
            let told = try await stage.fanOut()
            let removed = try await stage.story.append(.memberRemoved(user: bob), to: room)
            let queued = try await stage.queue(bob).map(\.place)
            #expect(queued.count == 2)
            let positions = queued.map(\.position)
            #expect(try await stage.refilled(bob, asOf: told).suffix(2).map(\.place.position) == positions)
            try await stage.fanOut()
            #expect(
                try await stage.refilled(bob, asOf: removed).filter { positions.contains($0.place.position) }.isEmpty
            )
            #expect(try await stage.queue(bob).map(\.place.position) == [removed])
        }
    }

    @Test func `a deletion takes the message's earlier payloads away`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            let message = try await stage.story.post("secret", in: room, by: ada)
            let other = try await stage.story.post("public", in: room, by: ada)
            let edit = MessageEvent.edited(
                room: room,
                editor: ada,
                body: Personal("secret too", of: ada),
                mentions: [],
                source: nil
            )
            try await stage.story.append(edit, to: message)
            try await stage.fanOut()
            let places = try await stage.queue(ada).map(\.place)
            #expect(places.count == 3)
            try await stage.story.append(.deleted(room: room, by: ada, reason: nil), to: message)
            try await stage.fanOut()
            #expect(try await stage.payload(places[0]) == nil)
            #expect(try await stage.payload(places[2]) == nil)
            #expect(try await stage.payload(places[1])?.contains("\(other)") == true)
            let told = try await stage.refilled(ada).map { String(decoding: $0.payload.json, as: UTF8.self) }
            #expect(!told.contains { $0.contains("secret") } && told.contains { $0.contains("public") })
        }
    }

    @Test func `a range-delete takes the payloads of its messages away`() async throws {
        try await FanoutStage.run { stage in
            let (ada, bob) = (try await stage.story.join(), try await stage.story.join())
            let room = try await stage.story.open(members: [ada, bob])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            try await stage.story.post("ada's", in: room, by: ada)
            try await stage.story.post("bob's", in: room, by: bob)
            try await stage.fanOut()
            let places = try await stage.queue(ada).map(\.place)
            try #require(places.count == 2)
            try await stage.story.append(.messagesRangeDeleted(from: 1, to: 9, author: bob, reason: nil), to: room)
            try await stage.fanOut()
            #expect(try await stage.payload(places[0]) != nil)
            #expect(try await stage.payload(places[1]) == nil)
        }
    }

    @Test func `a queue that nobody reads stays within its bound, and says from where it is whole`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            let message = try await stage.story.post(in: room, by: ada)
            for _ in 0..<6 {
                // As many at once as a busy machine commits in time.
                for first in stride(from: 0, to: 400, by: 50) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in first..<first + 50 {
                            group.addTask {
                                try await stage.story.append(
                                    .reactionAdded(room: room, user: ada, emoji: "\(number)", source: nil),
                                    to: message
                                )
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                try await stage.fanOut()
                #expect(try await stage.queue(ada).count <= ServedUser.limit + ServedUser.segment)
            }
            let (queue, fences) = (try await stage.queue(ada), try #require(try await stage.fences(ada)))
            #expect(queue.count >= ServedUser.limit - ServedUser.segment)
            let complete = try await stage.refilled(ada, after: .end(of: fences.floor)).map(\.place)
            #expect(queue.map(\.place).filter { $0.position > fences.floor } == complete)
        }
    }

    @Test func `a fan-out that was taken over from writes nothing any more`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            let before = try await stage.fanOut()
            try await stage.story.post("one", in: room, by: ada)
            let projected = try await stage.story.project()
            try await stage.fanout { zombie, connection in
                // Another process takes the partition over while this one stands still.
                let other = try PostgresConnection(zombie.configuration.postgres)
                let lease = try #require(
                    try Lease.acquire(PartitionFanout.name, of: zombie.partition, by: UUID(), for: .zero, on: other)
                )
                _ = try FanoutStore(
                    taking: zombie.partition,
                    epoch: lease.epoch,
                    on: try RedisConnection(zombie.configuration.redis)
                )
                #expect(throws: FanoutStore.Lost.self) { _ = try zombie.step(hint: projected, on: connection) }
            }
            #expect(try await stage.watermark == before)
            #expect(try await stage.queue(ada).isEmpty)
            #expect(try await stage.fanOut() == projected)
            #expect(try await stage.queue(ada).count == 1)
        }
    }

    @Test func `an older owner cannot take Redis back`() async throws {
        try await FanoutStage.run { stage in
            let partition = stage.story.tenant.partition
            let configuration = stage.redis
            try await stage.story.database.pool().withConnection { _ in
                let younger = try FanoutStore(taking: partition, epoch: 7, on: try RedisConnection(configuration))
                #expect(throws: FanoutStore.Lost.self) {
                    _ = try FanoutStore(taking: partition, epoch: 6, on: try RedisConnection(configuration))
                }
                #expect(try younger.isOwner())
            }
        }
    }

    @Test func `work that was done but not written down is done again without a trace`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            let before = try await stage.fanOut()
            for number in 1...5 { try await stage.story.post("\(number)", in: room, by: ada) }
            let after = try await stage.fanOut()
            let queue = try await stage.queue(ada).map(\.place)
            // As if it had died after Redis had acknowledged.
            _ = try await stage.story.database.pool().execute(
                "UPDATE rm.checkpoints SET position = \(before) WHERE projection = 'fanout'"
            )
            try await stage.fanout { fanout, connection in
                while try fanout.step(hint: before + 2, on: connection) {}
            }
            #expect(try await stage.watermark == after)
            #expect(try await stage.fanOut() == after)
            #expect(try await stage.queue(ada).map(\.place) == queue)
        }
    }

    @Test func `a Redis that is behind is brought up to date`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            let before = try await stage.fanOut()
            for number in 1...5 { try await stage.story.post("\(number)", in: room, by: ada) }
            let after = try await stage.fanOut()
            let queue = try await stage.queue(ada).map(\.place)
            // As an older replica would be: two of the five are not there.
            let key = FanoutKeys.queue(stage.owner(ada), stage.story.tenant.partition)
            let dump = try await stage.send("XRANGE", key, "-", "+").array ?? []
            _ = try await stage.send("DEL", key)
            for item in dump.prefix(3) {
                let value = item.array?[1].array?[1].bytes ?? []
                let client = RedisClient(stage.redis)
                _ = try await client.send(RedisCommand("XADD", key, item.array?[0].string ?? "", "e", value))
                await client.close()
            }
            _ = try await stage.send("HSET", FanoutKeys.state(stage.story.tenant.partition), "w", "\(before + 3)")
            #expect(try await stage.fanOut() == after)
            #expect(try await stage.watermark == after)
            #expect(try await stage.queue(ada).map(\.place) == queue)
        }
    }

    @Test func `a flushed Redis begins anew where the projector is`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            try await stage.story.post("one", in: room, by: ada)
            let position = try await stage.fanOut()
            let epoch = try await stage.send("HGET", FanoutKeys.state(stage.story.tenant.partition), "e")
            _ = try await stage.send("FLUSHDB")
            try await stage.fanout { _, _ in }
            #expect(try await stage.fences(ada)?.floor == position)
            #expect(try await stage.queue(ada).isEmpty)
            #expect(try await stage.send("HGET", FanoutKeys.state(stage.story.tenant.partition), "e") != epoch)
            try await stage.story.post("two", in: room, by: ada)
            try await stage.fanOut()
            #expect(try await stage.queue(ada).count == 1)
        }
    }

    @Test func `what is deleted when nobody listens any more does not stay in Redis`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            let message = try await stage.story.post("secret", in: room, by: ada)
            let place = RealtimePlace(try await stage.fanOut(), 1)
            #expect(try await stage.payload(place) != nil)
            try await stage.unsubscribeAll()
            try await stage.story.append(.deleted(room: room, by: ada, reason: nil), to: message)
            try await stage.fanOut()
            #expect(try await stage.payload(place) == nil)
        }
    }

    @Test func `who joined and left while nobody listened is known to the fan-out that served before`() async throws {
        try await FanoutStage.run { stage in
            let (ada, bob, eve) = (
                try await stage.story.join(), try await stage.story.join(), try await stage.story.join()
            )
            let room = try await stage.story.open(.private, members: [ada, bob])
            for user in [ada, bob, eve] { try await stage.subscribe(user) }
            try await stage.fanOut()
            let doomed = try await stage.story.post("heard", in: room, by: ada)
            let heard = try await stage.story.project()
            // What is looked at although nobody listens must not bring the members of then to mind.
            try await stage.story.append(.deleted(room: room, by: ada, reason: nil), to: doomed)
            try await stage.story.append(.memberRemoved(user: bob), to: room)
            let changed = try await stage.story.append(.memberAdded(user: eve, role: .member), to: room)
            try await stage.story.post("for those who are in", in: room, by: ada)
            let last = try await stage.story.project()
            let superuser = stage.story.database.configuration()
            // One fan-out all the way, which has the room's members in mind from the first message on.
            try await stage.fanout({ ($0.batchLimit, $0.reload) = (1, .zero) }) { fanout, connection in
                let registry = try PostgresConnection(superuser)
                while fanout.position < heard { _ = try fanout.step(hint: last, on: connection) }
                try registry.execute("UPDATE rt.queues SET deleted_at = now()")
                while fanout.position < changed { _ = try fanout.step(hint: last, on: connection) }
                #expect(fanout.users.byTenant.isEmpty)
                try registry.execute("UPDATE rt.queues SET deleted_at = NULL")
                while fanout.position < last { _ = try fanout.step(hint: last, on: connection) }
            }
            let message = [RealtimePlace(last, 1)]
            #expect(try await stage.queue(ada).map(\.place) == message)
            #expect(try await stage.queue(eve).map(\.place) == message)
            #expect(try await stage.queue(bob).isEmpty)
        }
    }

    @Test func `the checkpoint is written when there is rest or when it is due, and at the end`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            try await stage.fanOut()
            func checkpoint() async throws -> [Int64] {
                try await stage.story.query(
                    "SELECT position FROM rm.checkpoints WHERE projection = 'fanout'",
                    as: Int64.self
                )
            }
            let before = try await checkpoint()
            try await stage.story.open(members: [ada])
            let after = try await stage.story.project()
            try await stage.fanout({ $0.checkpoint = .seconds(600) }) { fanout, connection in
                _ = try fanout.step(hint: after, on: connection)
            }
            #expect(try await checkpoint() == before)
            try await stage.fanout({ $0.checkpoint = .seconds(600) }) { fanout, connection in
                #expect(try fanout.step(hint: after, on: connection))
                let isMore = try fanout.step(hint: after, on: connection)
                #expect(!isMore)
            }
            #expect(try await checkpoint() == [after])
            try await stage.story.open(members: [ada])
            let last = try await stage.story.project()
            try await stage.fanout({ $0.checkpoint = .seconds(600) }) { fanout, connection in
                #expect(try fanout.step(hint: last, on: connection))
                try fanout.release(on: connection)
            }
            #expect(try await checkpoint() == [last])
        }
    }

    @Test func `a step that is cut short goes on where it has shown the last event`() async throws {
        try await FanoutStage.run { stage in
            var members: [UserID] = []
            for _ in 0..<7 { members.append(try await stage.story.join()) }
            let room = try await stage.story.open(members: members)
            for user in members { try await stage.subscribe(user) }
            let before = try await stage.fanOut()
            for number in 1...3 { try await stage.story.post("\(number)", in: room, by: members[0]) }
            let projected = try await stage.story.project()
            let configuration = stage.story.database.configuration()
            let checkpoints = Mutex<[Position]>([])
            try await stage.fanout(
                { ($0.commandLimit, $0.checkpoint) = (4, .zero) },
                onWake: { wake in
                    guard wake.watermark > before else { return }
                    let found = try? PostgresConnection(configuration).execute(
                        "SELECT position FROM rm.checkpoints WHERE projection = 'fanout'"
                    ).decode(Position.self)
                    checkpoints.withLock { $0 += found ?? [] }
                }
            ) { fanout, connection in
                _ = try fanout.step(hint: projected, on: connection)
            }
            #expect(checkpoints.withLock { $0 } == [before, before + 1, before + 2])
        }
    }

    @Test func `what the projector of the same process hands over is not read again`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.subscribe(ada)
            try await stage.fanOut()
            try await stage.story.post("one", in: room, by: ada)
            let position = try await stage.story.project()
            let handed = ProjectedEvents()
            let (queries, codec) = (stage.story.log.queries, stage.story.codec)
            try await stage.fanout(takingFrom: handed) { fanout, connection in
                let partition = fanout.partition
                handed.add(
                    try queries.readDecoded(partition, after: position - 1, limit: 1, by: codec, on: connection)
                )
                #expect(try fanout.step(hint: position, on: connection))
                #expect(handed.take(partition, after: position - 1, limit: 1).isEmpty)
            }
            #expect(try await stage.queue(ada).map(\.place) == [RealtimePlace(position, 1)])
        }
    }

    @Test func `a user without a queue is dropped`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            try await stage.subscribe(ada)
            try await stage.fanOut()
            #expect(try await stage.fences(ada) != nil)
            try await stage.unsubscribeAll()
            #expect(try await stage.fences(ada) == nil)
            #expect(try await stage.send("SCARD", FanoutKeys.served(stage.story.tenant.partition)) == .integer(0))
        }
    }

    @Test func `whoever a gateway speaks of is served before the queue is registered`() async throws {
        try await FanoutStage.run { stage in
            let ada = try await stage.story.join()
            let room = try await stage.story.open(members: [ada])
            try await stage.fanOut()
            let client = RedisClient(stage.redis)
            let interest = FanoutKeys.interest(stage.story.tenant.partition)
            _ = try await client.send(RedisCommand("XADD", interest, "*", "u", stage.owner(ada).bytes))
            await client.close()
            try await stage.story.post(in: room, by: ada)
            try await stage.fanOut()
            #expect(try await stage.queue(ada).count == 1)
        }
    }
}
