import Foundation
import Postgres
import TestSupport

/// To what a transaction is said to be bound.
enum Binding: Sendable {
    case tenant(UUID)
    /// To nobody at all, to no tenant there is, or to what cannot be one.
    case empty, nobody, garbage

    var sql: SQL { "SELECT set_config('daybook.tenant', \(text), true)" }

    private var text: String {
        switch self {
        case .tenant(let id): id.uuidString.lowercased()
        case .empty: ""
        case .nobody: "00000000-0000-7000-8000-000000000000"
        case .garbage: "' OR true --"
        }
    }

    /// Whose rows may be seen.
    var tenant: UUID? { if case .tenant(let id) = self { id } else { nil } }
}

/// What somebody does with a connection before it goes back to the pool, where the next one gets it as it is.
struct Borrowing: Sendable {
    enum Way: CaseIterable {
        /// All at once, in one transaction.
        case pipelined
        /// One after the other in a transaction, with savepoints to which some go back.
        case transaction
        /// The same, given up in the end.
        case rolledBack
        /// Each in a transaction of its own, where no binding lasts.
        case loose
    }

    struct Step: Sendable {
        /// Set before the statement; nil leaves what is.
        let binding: Binding?
        let statement: Statement
        /// Taken back to where it was before, binding and all.
        let isTakenBack: Bool
    }

    /// What came of a statement.
    struct Sight: Sendable {
        let statement: Statement
        /// To whom it was bound.
        let tenant: UUID?
        let texts: [String]
        let error: PostgresError?
    }

    private struct GivenUp: Error {}

    let way: Way
    let steps: [Step]

    var tenants: Set<UUID> { Set(steps.compactMap { $0.binding?.tenant }) }

    func perform(on connection: PostgresConnection) throws -> [Sight] {
        switch way {
        case .pipelined: return try pipelined(on: connection)
        case .loose:
            return try steps.flatMap { step in
                if let binding = step.binding { try connection.execute(binding.sql) }
                return [try sight(of: step.statement, bound: nil, on: connection)]
            }
        case .transaction, .rolledBack:
            var sights: [Sight] = []
            do {
                try connection.transaction { connection in
                    sights = try stepwise(on: connection)
                    if way == .rolledBack { throw GivenUp() }
                }
            } catch is GivenUp {}
            return sights
        }
    }

    private func pipelined(on connection: PostgresConnection) throws -> [Sight] {
        var queries: [SQL] = []
        var asked: [(index: Int, step: Step, tenant: UUID?)] = []
        var tenant: UUID?
        for step in steps {
            if let binding = step.binding {
                queries.append(binding.sql)
                tenant = binding.tenant
            }
            asked.append((queries.count, step, tenant))
            queries.append(step.statement.sql)
        }
        do {
            let results = try connection.pipeline(queries)
            return asked.map { index, step, tenant in
                Sight(statement: step.statement, tenant: tenant, texts: results[index].texts, error: nil)
            }
        } catch {
            guard error.sqlState != nil else { throw error }
            // It is the failure of one of them; those that cannot have met it do not count.
            return asked.filter { $0.step.statement.sql.text == error.query }.prefix(1).map { _, step, tenant in
                let others = asked.filter { $0.step.statement.sql.text == error.query }
                let isClear = others.count == 1
                return Sight(statement: step.statement, tenant: tenant, texts: [], error: isClear ? error : nil)
            }
        }
    }

    private func stepwise(on connection: PostgresConnection) throws -> [Sight] {
        var tenant: UUID?
        var sights: [Sight] = []
        for step in steps {
            let before = tenant
            try connection.execute("SAVEPOINT step")
            if let binding = step.binding {
                try connection.execute(binding.sql)
                tenant = binding.tenant
            }
            let sight = try sight(of: step.statement, bound: tenant, on: connection)
            sights.append(sight)
            if sight.error != nil || step.isTakenBack {
                try connection.execute("ROLLBACK TO step")
                tenant = before
            }
            try connection.execute("RELEASE step")
        }
        return sights
    }

    private func sight(
        of statement: Statement,
        bound tenant: UUID?,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Sight {
        do throws(PostgresError) {
            let texts = try connection.execute(statement.sql).texts
            return Sight(statement: statement, tenant: tenant, texts: texts, error: nil)
        } catch {
            guard error.sqlState != nil else { throw error }
            return Sight(statement: statement, tenant: tenant, texts: [], error: error)
        }
    }
}

extension PostgresResult {
    /// Every value, as the bytes are.
    fileprivate var texts: [String] {
        (0..<count).flatMap { row in
            (0..<columnCount).compactMap { column in
                field(row, column).bytes.map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }
}
