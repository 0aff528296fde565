internal import EventStore
internal import Foundation
internal import Logging
internal import Redis
internal import ServiceLifecycle
internal import Synchronization

/// Tells the other processes how far the log and the read models are, and hears it from them, by a stream in Redis.
///
/// Only hints: what is lost is made up for by looking at Postgres every few milliseconds. An entry has a field for each
/// partition that moved: `h3` for partition 3's head, `p3` for what is projected of it.
final class PositionHints: Service {
    private enum Kind: String {
        case head = "h"
        case projected = "p"
    }

    private struct Subject: Hashable {
        let kind: Kind
        let partition: Partition
    }

    private struct State {
        /// To be told.
        var news: [Subject: Position] = [:]
        /// Heard from others, so not to be told again.
        var heard: [Subject: Position] = [:]
    }

    private static let stream = "daybook:positions"

    private let redis: RedisConfiguration
    private let watches: [Kind: PositionWatch]
    private let logger: Logger
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(redis: RedisConfiguration, heads: PositionWatch, projected: PositionWatch, logger: Logger) {
        self.redis = redis
        self.logger = logger
        watches = [.head: heads, .projected: projected]
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        for (kind, watch) in watches {
            watch.observe { [weak self] partition, position in
                self?.note(Subject(kind: kind, partition: partition), position)
            }
        }
    }

    func run() async throws {
        let client = RedisClient(redis)
        let reader = RedisStreamReader(redis, streams: [Self.stream: .latest]) { [logger] error in
            logger.warning("no hints from other processes", metadata: ["error": "\(error)"])
        } onEntries: { [weak self] entries in
            for entry in entries { self?.hear(entry) }
        } onGap: {
            // What was missed is seen in Postgres.
        }
        await cancelWhenGracefulShutdown { [self] in
            for await _ in signals { await tell(by: client) }
        }
        await reader.close()
        await client.close()
    }

    private func note(_ subject: Subject, _ position: Position) {
        let isNews = state.withLock { state in
            guard position > state.heard[subject] ?? 0 else { return false }
            state.news[subject] = position
            return true
        }
        if isNews { signal.yield() }
    }

    private func tell(by client: RedisClient) async {
        let news = state.withLock { state in
            defer { state.news = [:] }
            return state.news
        }
        guard !news.isEmpty else { return }
        var arguments: [any RedisArgument] = [Self.stream, "MAXLEN", "~", 1000, "*"]
        for (subject, position) in news {
            arguments += ["\(subject.kind.rawValue)\(subject.partition)", position] as [any RedisArgument]
        }
        // While Redis is away there is nobody to be told by it.
        _ = try? await client.send(RedisCommand("XADD", arguments: arguments))
    }

    private func hear(_ entry: RedisStreamEntry) {
        for (name, value) in entry.fields {
            let name = String(decoding: name, as: UTF8.self)
            guard let kind = name.first.flatMap({ Kind(rawValue: String($0)) }), let number = Int32(name.dropFirst()),
                let position = Position(String(decoding: value, as: UTF8.self))
            else { continue }
            let subject = Subject(kind: kind, partition: Partition(number))
            state.withLock { $0.heard[subject] = max($0.heard[subject] ?? 0, position) }
            watches[kind]?.advance(subject.partition, to: position)
        }
    }
}
