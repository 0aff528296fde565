internal import EventStore
internal import Events
internal import Foundation
internal import NIOCore

/// H1: the newest page of a room's timeline, by HTTP.
struct TimelineRow: Sendable {
    let corpus: Corpus
    let seconds: Double
    let runs: Int
    let group: any EventLoopGroup

    private static let clients = 64

    private var system: System { corpus.system }

    func measure(into report: inout Report) async throws {
        let server = try await system.serve(on: group)
        defer { Tool.stop(server) }
        let bare = try await BareServer.start(port: system.settings.port + 1)
        defer { bare.cancel() }
        let (people, room) = (corpus.people, corpus.rooms[0])
        let select = try Pgbench(
            "timeline",
            """
            SELECT id, room, seq, author, body, mentions, thread, reply_count, attachments, created_at, edited_at, deleted_at,
                   source_system, source_id, source_time, version
              FROM rm.messages WHERE tenant = '\(people.tenant.id)' AND room = '\(room.uuid)' ORDER BY seq DESC LIMIT 50;
            """,
            in: system
        )
        let loop = ClosedLoop(clients: Self.clients, seconds: seconds, group: group)
        var (ours, plain, rows, ratios) = ([Double](), [Double](), [Double](), [Double]())
        var split = ProcessorSplit(of: system, server: server)
        for _ in 0..<runs {
            plain.append(try await loop.perSecond(port: system.settings.port + 1) { _, _ in .init(path: "/") })
            rows.append(try select.run(clients: Self.clients, seconds: seconds).perSecond)
            ours.append(
                try await split.measure {
                    try await loop.perSecond(port: system.settings.port) { client, _ in
                        .init(
                            path: "/api/rooms/\(room)/messages?limit=50",
                            token: people.tokens[client % people.tokens.count]
                        )
                    }
                }
            )
            ratios.append(ours.last! / rows.last!)
        }
        let ratio = Sample(ratios).median
        report.add(
            Row(
                id: "H1",
                work: "timeline page of 50, \(Self.clients) clients: requests/s",
                ours: spread(Sample(ours)),
                baseline: "pgbench SELECT of the same rows: \(spread(Sample(rows))); bare Hummingbird GET: "
                    + spread(Sample(plain)),
                ratio: figure(ratio) + " × pgbench",
                target: "≥ 0.3 × pgbench",
                met: ratio >= 0.3,
                split: split
            )
        )
    }
}
