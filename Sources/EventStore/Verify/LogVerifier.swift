internal import Foundation
package import Postgres
package import TransparencyLog

/// Checks a partition from its first event to its last: that positions have no gap and belong to commits, that every leaf is
/// the hash of its row, every root that of its leaves and versions and every link of the chain that of its commit, that time does not go back, that the versions of every
/// stream are 1, 2, … in order, and that the table of streams and the stored tree say the same. A changed byte in any column is
/// found.
///
/// The chain alone does not help against someone who rewrites all of it from a point on, or cuts off its end: that is found by
/// the signed heads that are kept elsewhere.
package struct LogVerifier {
    /// Faults that are listed; there may be more.
    package static let faultLimit = 100

    private let connection: PostgresConnection
    private let page: Int
    private var types: [Int32: EventType] = [:]

    /// `connection` is of a role that sees all tenants: `daybook_projector`, or an owner.
    package init(on connection: PostgresConnection, page: Int = 1_000) {
        self.connection = connection
        self.page = page
    }

    /// Verifies a partition as it is now; appends may go on meanwhile.
    ///
    /// - Parameter heads: its signed heads, with which the log is compared. A reader gives those that were kept when it was made,
    ///   which is before this looks at the log; so a head that the log does not reach was signed for a longer one.
    package mutating func verify(_ partition: Partition, against heads: HeadReader? = nil) throws -> LogReport {
        try connection.transaction(isolation: .repeatableRead, readOnly: true) { _ in
            try verifyInTransaction(partition, against: heads)
        }
    }

    /// The same in a transaction of the caller's.
    package mutating func verifyInTransaction(
        _ partition: Partition,
        against heads: HeadReader? = nil
    ) throws -> LogReport {
        let dictionary = TypeDictionary()
        try dictionary.load(on: connection)
        types = dictionary.types
        var report = LogReport(partition)
        var comparison = try HeadComparison(of: partition, with: heads, on: connection)
        try verifyCommits(&report, &comparison)
        try comparison.finish(&report)
        try verifyStrays(&report)
        try verifyVersions(&report)
        return report
    }

    private func verifyCommits(_ report: inout LogReport, _ comparison: inout HeadComparison) throws {
        var time = PostgresTimestamp(microsecondsSince1970: .min / 2)
        var last: Position = 0
        var pages = LeafPages(of: report.partition, types, limit: page, on: connection)
        while true {
            let commits = try connection.execute(
                """
                SELECT first_position, last_position, committed_at, root, hash FROM es.commits
                WHERE partition = \(report.partition.number) AND last_position > \(last) ORDER BY last_position LIMIT \(page)
                """
            ).decode((Position, Position, PostgresTimestamp, [UInt8], [UInt8]).self)
            guard let final = commits.last else { return }
            for (first, last, committedAt, root, hash) in commits {
                report.check(first == report.head + 1 && last >= first, .commitOutOfPlace(first: first, last: last))
                report.check(committedAt >= time, .timeWentBack(last))
                time = committedAt
                let computed = try self.root(
                    after: report.head,
                    through: last,
                    from: &pages,
                    &report,
                    &comparison
                )
                report.check(computed == root, .rootDiffers(last))
                let link = ChainLink(
                    first: first,
                    last: last,
                    committedAt: committedAt.microsecondsSince1970,
                    root: root
                )
                report.check(link.hash(after: report.hash) == hash, .linkDiffers(last))
                // From here on by what is written: one changed link is one fault, not one in every later commit.
                report.hash = hash
                report.head = max(report.head, last)
                report.commits += 1
                try comparison.compare(chain: hash, &report)
            }
            last = final.1
        }
    }

    /// Checks the events of one commit, which are next in `pages`; returns its root.
    private func root(
        after position: Position,
        through last: Position,
        from pages: inout LeafPages,
        _ report: inout LogReport,
        _ comparison: inout HeadComparison
    ) throws(PostgresError) -> [UInt8] {
        var root = CommitRoot()
        var position = position
        while position < last {
            guard let event = try pages.next(through: last) else {
                report.check(false, .gap(after: position))
                break
            }
            report.check(event.position == position + 1, .gap(after: position))
            position = event.position
            report.events += 1
            root.append(leaf: event.leaf, versionHash: event.versionHash)
            try comparison.append(event.leaf, &report)
            report.check(event.leaf == event.expected, .leafDiffers(position))
        }
        return root.hash
    }

    /// Events that belong to no commit.
    private func verifyStrays(_ report: inout LogReport) throws(PostgresError) {
        let strays = try connection.execute(
            """
            SELECT position FROM es.events
            WHERE partition = \(report.partition.number) AND (position < 1 OR position > \(report.head))
            LIMIT \(LogVerifier.faultLimit)
            """
        ).decode(Position.self)
        for position in strays { report.check(false, .stray(position)) }
    }

    private func verifyVersions(_ report: inout LogReport) throws(PostgresError) {
        let misplaced = try connection.execute(
            """
            SELECT position FROM (
              SELECT position, version, row_number() OVER (PARTITION BY stream, tenant ORDER BY position) AS expected
              FROM es.events WHERE partition = \(report.partition.number)) e
            WHERE version <> expected LIMIT \(LogVerifier.faultLimit)
            """
        ).decode(Position.self)
        for position in misplaced { report.check(false, .versionOutOfOrder(position)) }

        let streams = try connection.execute(
            """
            SELECT stream FROM (SELECT * FROM es.streams WHERE partition = \(report.partition.number)) s
            FULL JOIN (SELECT tenant, stream, max(version) AS last FROM es.events
                       WHERE partition = \(report.partition.number) GROUP BY tenant, stream) e USING (tenant, stream)
            WHERE s.version IS DISTINCT FROM e.last LIMIT \(LogVerifier.faultLimit)
            """
        ).decode(UUID.self)
        for stream in streams { report.check(false, .streamDiffers(stream)) }
    }
}
