internal import EventStore
internal import Events
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// R2 to R5 and H2: the whole path by HTTP, the load on the same machine.
struct RealtimeRows: Sendable {
    let system: System
    let seconds: Double
    let runs: Int
    let parked: Int
    let group: any EventLoopGroup
    var wanted: Set<String> = []

    private var port: Int { system.settings.port }

    /// H2, R2 and R3.
    func conversation(into report: inout Report) async throws {
        let server = try await system.serve(on: group)
        defer { Tool.stop(server) }
        let people = try await Population.make("bench", count: 200, in: system)
        var rooms: [RoomID] = []
        for pair in 0..<100 { rooms.append(try await people.room(of: people.users[(2 * pair)..<(2 * pair + 2)])) }
        if wanted.contains("R2") || wanted.contains("R3") { try await delivery(people, rooms, into: &report) }
        if wanted.contains("H2") { try await posting(people, rooms, on: server, into: &report) }
        await people.close()
    }

    private static let padding = String(repeating: "x", count: 200)

    private func post(_ index: Int) -> String { #"{"body":"message \#(index) \#(Self.padding)"}"# }

    private func posting(
        _ people: Population,
        _ rooms: [RoomID],
        on server: Process,
        into report: inout Report
    ) async throws {
        var (ours, bare) = ([Double](), [Double]())
        let loop = ClosedLoop(clients: 64, seconds: seconds, group: group)
        var split = ProcessorSplit(of: system, server: server)
        let plain = try await BareServer.start(port: port + 1)
        for _ in 0..<runs {
            bare.append(
                try await loop.perSecond(port: port + 1) { _, count in
                    .init(method: .POST, path: "/echo", json: post(count))
                }
            )
            ours.append(
                try await split.measure {
                    try await loop.perSecond(port: port) { client, count in
                        .init(
                            method: .POST,
                            path: "/api/rooms/\(rooms[client])/messages",
                            token: people.tokens[2 * client],
                            json: post(count)
                        )
                    }
                }
            )
        }
        plain.cancel()
        report.add(
            Row(
                id: "H2",
                work: "POST message, 64 clients: acknowledged/s",
                ours: spread(Sample(ours)),
                baseline: "bare Hummingbird POST: \(spread(Sample(bare)))",
                ratio: figure(Sample(ours).median / Sample(bare).median) + " ×",
                target: "≥ 4,000/s",
                met: Sample(ours).median >= 4000,
                split: split
            )
        )
    }

    private func delivery(_ people: Population, _ rooms: [RoomID], into report: inout Report) async throws {
        var (p50s, p99s) = ([Double](), [Double]())
        for _ in 0..<runs {
            let sample = try await deliveries(people, rooms, perSecond: 200)
            p50s.append(sample.median)
            p99s.append(sample.percentile(0.99))
        }
        let bare = try await bareLatency()
        report.add(
            Row(
                id: "R2",
                work: "POST → parked poll answered, 200 msg/s, 100 subscribers: p50 / p99 ms",
                ours: "\(spread(Sample(p50s))) / \(spread(Sample(p99s)))",
                baseline: "bare Hummingbird GET: \(figure(bare.median)) / \(figure(bare.percentile(0.99)))",
                ratio: figure(Sample(p50s).median / bare.median) + " ×",
                target: "≤ 10 / 40 ms",
                met: Sample(p50s).median <= 10 && Sample(p99s).median <= 40
            )
        )
        var best = 0.0
        for rate in [500.0, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000] {
            let sample = try await deliveries(people, rooms, perSecond: rate)
            guard Double(sample.count) >= 0.97 * rate * seconds, sample.percentile(0.99) <= 100 else { break }
            best = rate
        }
        report.add(
            Row(
                id: "R3",
                work: "the same, highest rate with p99 ≤ 100 ms",
                ours: figure(best) + "/s",
                baseline: "-",
                ratio: "-",
                target: "≥ 2,000/s",
                met: best >= 2000
            )
        )
    }

    /// Milliseconds from the start of a POST to the parked poll's answer, at an open-loop rate over 100 rooms.
    private func deliveries(_ people: Population, _ rooms: [RoomID], perSecond rate: Double) async throws -> Sample {
        let clock = ContinuousClock()
        let sent = Mutex<[String: ContinuousClock.Instant]>([:])
        let arrived = Mutex<[(id: String, at: ContinuousClock.Instant)]>([])
        let subscribers = try await concurrently(100, width: 16) { index in
            try await Subscriber(token: people.tokens[2 * index + 1], port: port, on: group)
        }
        let stop = Mutex(false)
        let polling = Task {
            try await concurrently(100, width: 100) { index in
                var cursor = subscribers[index].start
                while !stop.withLock({ $0 }) {
                    let body = try await subscribers[index].poll(cursor, timeoutSeconds: 2)
                    let now = clock.now
                    let batch = try body.decoded(as: Subscriber.Batch.self)
                    cursor = batch.cursor
                    let ids = batch.events.compactMap(\.data.message?.id)
                    arrived.withLock { list in list += ids.map { ($0, now) } }
                }
            }
        }
        try await Task.sleep(for: .milliseconds(300))
        let begin = clock.now
        let senders = 100
        let perSender = Int(rate * seconds) / senders
        _ = try await concurrently(senders, width: senders) { sender in
            struct Posted: Decodable { let id: String }
            let connection = try await LoadConnection.connect(port: port, on: group)
            for number in 0..<perSender {
                let due = begin + .seconds((Double(number) + Double(sender) / Double(senders)) * Double(senders) / rate)
                try await clock.sleep(until: due)
                let path = "/api/rooms/\(rooms[sender])/messages"
                let started = clock.now
                let answer = try await connection.request(
                    .POST,
                    path,
                    token: people.tokens[2 * sender],
                    json: post(number)
                )
                guard answer.status == 201 else { throw Tool.Failed(description: "POST answered \(answer.status)") }
                let id = try answer.body.decoded(as: Posted.self).id
                sent.withLock { $0[id] = started }
            }
            await connection.close()
        }
        try await Task.sleep(for: .milliseconds(500))
        stop.withLock { $0 = true }
        _ = try await polling.value
        for subscriber in subscribers { await subscriber.connection.close() }
        let times = sent.withLock { $0 }
        let latencies = arrived.withLock { list in
            list.compactMap { entry in times[entry.id].map { (entry.at - $0).milliseconds } }
        }
        guard latencies.count == times.count else {
            throw Tool.Failed(description: "\(times.count) posted, \(latencies.count) delivered")
        }
        return Sample(latencies)
    }

    private func bareLatency() async throws -> Sample {
        let server = try await BareServer.start(port: port + 1)
        defer { server.cancel() }
        let clock = ContinuousClock()
        let connection = try await LoadConnection.connect(port: port + 1, on: group)
        var latencies: [Double] = []
        for _ in 0..<1000 {
            let began = clock.now
            _ = try await connection.request(.GET, "/")
            latencies.append((clock.now - began).milliseconds)
        }
        await connection.close()
        return Sample(latencies)
    }

    /// R1, R4 and R5.
    func crowd(into report: inout Report) async throws {
        let server = try await system.serve(on: group)
        defer { Tool.stop(server) }
        let pid = server.processIdentifier
        let people = try await Population.make("crowd", count: parked + 1, in: system)
        let room = try await people.room(of: people.users[...])
        // Else the fan-out would tell each of those who register of all who came before.
        try await people.isFannedOut(by: system)
        let before = try Tool.residentBytes(of: pid)
        let subscribers = try await concurrently(parked, width: 32) { index in
            try await Subscriber(token: people.tokens[index + 1], port: port, on: group)
        }
        let audience = Audience(subscribers)
        let poster = try await LoadConnection.connect(port: port, on: group)
        let clock = ContinuousClock()
        var (ours, perPoll) = ([Double](), 0.0)
        for run in 0..<runs {
            let polls = Task { try await audience.pollOnce() }
            try await Task.sleep(for: .seconds(3))
            if run == 0 { perPoll = Double(try Tool.residentBytes(of: pid) - before) / Double(parked) / 1024 }
            let began = clock.now
            let answer = try await poster.request(
                .POST,
                "/api/rooms/\(room)/messages",
                token: people.tokens[0],
                json: post(run)
            )
            guard answer.status == 201 else { throw Tool.Failed(description: "POST answered \(answer.status)") }
            let last = try await polls.value
            ours.append((last - began).milliseconds)
        }
        for subscriber in subscribers { await subscriber.connection.close() }
        Tool.stop(server)
        // After ours: a process may not have twice as many connections.
        let nchan = try await Nchan.start(folder: system.settings.folder, port: port + 2, parked: parked, on: group)
        var theirs: [Double] = []
        for _ in 0..<runs { theirs.append(try await nchan.broadcast()) }
        await nchan.stop()
        report.add(
            Row(
                id: "R4",
                work: "memory per parked poll, \(parked) of them",
                ours: figure(perPoll) + " KiB",
                baseline: "nginx + nchan: \(figure(nchan.kibibytesPerPoll)) KiB",
                ratio: figure(perPoll / nchan.kibibytesPerPoll) + " ×",
                target: "≤ 24 KiB",
                met: perPoll <= 24
            )
        )
        let crowdRatio = Sample(ours).median / Sample(theirs).median
        report.add(
            Row(
                id: "R5",
                work: "one message to \(parked) parked members: ms until all are answered",
                ours: spread(Sample(ours)),
                baseline: "nchan, one channel: \(spread(Sample(theirs)))",
                ratio: figure(crowdRatio) + " ×",
                target: "≤ 2 × nchan",
                met: crowdRatio <= 2
            )
        )
        let fanout = try await FanoutRate(system: system, people: people, room: room, entriesEach: parked).measure(
            runs: runs
        )
        let ratio = Sample(fanout.ours).median / Sample(fanout.redis).median
        report.add(
            Row(
                id: "R1",
                work: "fan-out: entries/s into \(parked) user streams",
                ours: spread(Sample(fanout.ours)),
                baseline: "redis-benchmark -P 64 XADD: \(spread(Sample(fanout.redis)))",
                ratio: figure(ratio) + " ×",
                target: "≥ 1.0 ×",
                met: ratio >= 1
            )
        )
        await people.close()
    }
}

/// Subscribers who all poll at once, each from where it stands.
private final class Audience: Sendable {
    private let subscribers: [Subscriber]
    private let cursors: Mutex<[String]>

    init(_ subscribers: [Subscriber]) {
        self.subscribers = subscribers
        cursors = Mutex(subscribers.map(\.start))
    }

    /// Polls with each until it has exactly one event; gives the time of the last answer.
    func pollOnce() async throws -> ContinuousClock.Instant {
        let clock = ContinuousClock()
        let times = try await concurrently(subscribers.count, width: subscribers.count) { index in
            let cursor = self.cursors.withLock { $0[index] }
            let body = try await self.subscribers[index].poll(cursor, timeoutSeconds: 120)
            let at = clock.now
            let batch = try body.decoded(as: Subscriber.Batch.self)
            self.cursors.withLock { $0[index] = batch.cursor }
            guard batch.events.count == 1 else {
                throw Tool.Failed(description: "\(batch.events.count) events for one message")
            }
            return at
        }
        return times.max() ?? clock.now
    }
}
