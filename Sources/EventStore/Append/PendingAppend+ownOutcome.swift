internal import Foundation
internal import Postgres

extension PendingAppend {
    /// What the first try of a command was answered, when its repeat came back as a duplicate; nil if the outcome is not ours.
    ///
    /// Our event identifiers at the outcome's positions prove that it is. Of streams that it only guarded, the versions are
    /// known if the guard was exact; the others are left out.
    func ownOutcome(
        _ first: Position,
        _ last: Position,
        _ answer: [UInt8]?,
        on connection: PostgresConnection
    ) throws(PostgresError) -> AppendVerdict? {
        let command = prepared.command
        var accepted = AppendVerdict.Accepted(first: first, last: last, versions: [:], committedAt: 0)
        for touch in command.streams {
            switch touch.expected {
            case .exactly(let version): accepted.versions[touch.stream] = version
            case .noStream: accepted.versions[touch.stream] = 0
            case .exists, .any: break
            }
        }
        guard !command.events.isEmpty else {
            // Without events there is nothing of our own to find; the same answer is as good.
            guard first == 0, last == command.seen, answer == command.answer else { return nil }
            accepted.committedAt = PostgresTimestamp.now.microsecondsSince1970
            return .accepted(accepted)
        }

        let committed = try connection.execute(
            "SELECT event, stream, version, committed_at FROM es.committed(\(partition.number), \(first), \(last))"
        ).decode((UUID, UUID, StreamVersion, PostgresTimestamp).self)
        guard committed.map(\.0) == command.events.map(\.id) else { return nil }
        for (_, stream, version, committedAt) in committed {
            accepted.versions[stream] = version
            accepted.committedAt = committedAt.microsecondsSince1970
        }
        return .accepted(accepted)
    }
}
