internal import Foundation
internal import Postgres

/// What `es.append_p<n>` says to a batch.
struct AppendReply {
    private enum Verdict: UInt8 {
        case accepted = 0x41  // A
        case conflict = 0x43  // C
        case duplicate = 0x44  // D
        case limit = 0x4C  // L
        case retry = 0x52  // R
        case keyReused = 0x58  // X
    }

    /// One a command.
    private let verdicts: [Verdict]
    let head: Position
    private let firsts: [Position]
    private let lasts: [Position]
    private let answers: [[UInt8]?]
    /// One a touched stream, of all commands in a row: its version before the command.
    private let streamVersions: [StreamVersion]
    /// One a counter operation: the value before it.
    private let counterValues: [Int64]
    private let committedAt: Int64

    init(_ result: PostgresResult) throws(PostgresError) {
        guard let row = result.first else { throw PostgresError(.decoding, "the append has no answer") }
        var verdicts: [Verdict] = []
        for byte in try row.decode(PostgresChars.self, 0).bytes {
            guard let verdict = Verdict(rawValue: byte) else {
                throw PostgresError(.decoding, "\(byte) is no verdict")
            }
            verdicts.append(verdict)
        }
        self.verdicts = verdicts
        firsts = try row.decode([Position].self, 1)
        lasts = try row.decode([Position].self, 2)
        answers = try row.decode([[UInt8]?].self, 3)
        streamVersions = try row.decode([StreamVersion]?.self, 4) ?? []
        counterValues = try row.decode([Int64]?.self, 5) ?? []
        head = try row.decode(Position.self, 6)
        committedAt = try row.decode(PostgresTimestamp.self, 7).microsecondsSince1970
    }

    /// The verdict on each command of the batch; nil is retry.
    func verdicts(on batch: some Collection<PreparedCommand>) -> [AppendVerdict?] {
        var (stream, counter) = (0, 0)
        return batch.enumerated().map { index, prepared in
            let streams = streamVersions[stream..<stream + prepared.command.streams.count]
            let counters = counterValues[counter..<counter + prepared.command.counters.count]
            (stream, counter) = (streams.endIndex, counters.endIndex)
            return verdict(index, of: prepared, streams, counters)
        }
    }

    private func verdict(
        _ index: Int,
        of prepared: PreparedCommand,
        _ streams: ArraySlice<StreamVersion>,
        _ counters: ArraySlice<Int64>
    ) -> AppendVerdict? {
        switch verdicts[index] {
        case .accepted:
            .accepted(
                AppendVerdict.Accepted(
                    first: firsts[index],
                    last: lasts[index],
                    versions: prepared.versions(after: streams, accepted: true),
                    committedAt: committedAt
                )
            )
        case .conflict:
            .conflict(prepared.versions(after: streams, accepted: false))
        case .limit:
            .refused(
                Dictionary(uniqueKeysWithValues: zip(prepared.command.counters.map(\.counter), counters))
            )
        case .duplicate:
            .duplicate(first: firsts[index], last: lasts[index], answer: answers[index])
        case .keyReused:
            .keyReused
        case .retry:
            nil
        }
    }
}
