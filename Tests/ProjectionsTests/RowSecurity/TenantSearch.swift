import Foundation
import Postgres
import TestSupport

/// Looks for a way to another tenant's rows, by random statements as a role that is bound to one.
struct TenantSearch: Sendable {
    /// How much was done, so that a search that could not have found anything is no proof.
    struct Effort: Sendable {
        var rows = 0
        var writes = 0
        var refusals = 0
        var readings: [UUID: Int] = [:]
    }

    let neighbours: Neighbours
    let role: TestDatabase.Role
    let seed: UInt64
    var borrowings = 150

    /// What it found, in words; nothing where all is well.
    func run() async throws -> (findings: [String], effort: Effort) {
        var random = Seeded(seed)
        let granted = try await granted()
        var maker = StatementMaker(
            tables: neighbours.tables,
            readable: neighbours.tables.filter { granted.read.contains($0.name) },
            writesQueues: granted.written.contains("rt.queues"),
            tenants: neighbours.tenants,
            random: Seeded(random.next())
        )
        // Sent again and again, so that they are prepared long before the binding is there, or are for another.
        let likely = (0..<30).map { _ in maker.statement(isLikely: true) }
        let any = (0..<30).map { _ in maker.statement(isLikely: false) }
        // One connection: whoever borrows it gets it from the one before.
        let pool = neighbours.story.database.pool(as: role)
        var findings: [String] = []
        var effort = Effort()
        var before = try await neighbours.digests()
        for number in 0..<borrowings {
            let way = random.pick(Borrowing.Way.allCases)
            let steps = (0...Int(random.next() % 5)).map { place in
                let isNew = random.next() % 4 == 0
                let statement =
                    way == .pipelined
                    ? isNew ? maker.statement(isLikely: true) : random.pick(likely)
                    : isNew ? maker.statement(isLikely: false) : random.pick(random.next() % 2 == 0 ? any : likely)
                return Borrowing.Step(
                    binding: binding(&random, in: way, isFirst: place == 0),
                    statement: statement,
                    isTakenBack: random.next() % 4 == 0
                )
            }
            let borrowing = Borrowing(way: way, steps: steps)
            let sights = try await pool.withConnection { try borrowing.perform(on: $0) }
            let place = "seed \(seed), \(role.rawValue), borrowing \(number), \(way)"
            for sight in sights { findings += faults(of: sight).map { "\(place): \($0)" } }
            for sight in sights {
                effort.rows += sight.texts.count
                if sight.error?.sqlState == .insufficientPrivilege { effort.refusals += 1 }
                if let tenant = sight.tenant, !sight.texts.isEmpty { effort.readings[tenant, default: 0] += 1 }
            }
            let after = try await neighbours.digests()
            if after != before { effort.writes += 1 }
            for share in Set(before.keys).union(after.keys) where before[share] != after[share] {
                guard way != .loose, borrowing.tenants.contains(share.tenant) else {
                    let sent = steps.map(\.statement.sql.text).joined(separator: "; ")
                    findings.append("\(place): wrote to \(share.table) of a tenant that it was not bound to: \(sent)")
                    continue
                }
            }
            before = after
        }
        await pool.close()
        return (findings, effort)
    }

    private func granted() async throws -> (read: Set<String>, written: Set<String>) {
        let names = neighbours.tables.map(\.name)
        let rows = try await neighbours.story.query(
            """
            SELECT t, has_table_privilege(\("daybook_\(role.rawValue)"), t, 'SELECT'),
                   has_table_privilege(\("daybook_\(role.rawValue)"), t, 'UPDATE') FROM unnest(\(names)) t
            """,
            as: (String, Bool, Bool).self
        )
        return (Set(rows.filter(\.1).map(\.0)), Set(rows.filter(\.2).map(\.0)))
    }

    private func binding(_ random: inout Seeded, in way: Borrowing.Way, isFirst: Bool) -> Binding? {
        // Mostly one for all that follows, as it ought to be.
        if isFirst, random.next() % 4 != 0 { return .tenant(neighbours.tenants[Int(random.next() % 2)]) }
        // What cannot be a tenant's fails all that is sent with it.
        switch random.next() % (way == .pipelined ? 12 : 14) {
        case 0, 1: return .tenant(neighbours.tenants[0])
        case 2, 3: return .tenant(neighbours.tenants[1])
        case 4: return .empty
        case 5: return .nobody
        case 12, 13: return .garbage
        default: return nil
        }
    }

    private func faults(of sight: Borrowing.Sight) -> [String] {
        let sql = sight.statement.sql.text
        var faults: [String] = []
        for tenant in neighbours.tenants where tenant != sight.tenant {
            let name = tenant.uuidString.lowercased()
            if let text = sight.texts.first(where: { $0.contains(name) }) {
                let bound = sight.tenant.map { "bound to \($0)" } ?? "bound to nobody"
                faults.append("\(bound), it read \(text.prefix(200)): \(sql)")
            }
        }
        if let trap = sight.statement.trap, trap != sight.tenant, sight.error?.sqlState == .divisionByZero {
            faults.append("it came to a row of another tenant: \(sql)")
        }
        return faults
    }
}

extension SQLState {
    fileprivate static let divisionByZero = SQLState("22012")
}
