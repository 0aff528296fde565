package import Foundation
package import Postgres

/// Wraps the subject keys of a database anew under the current master key, in batches that each are a transaction. It can be ended at
/// any moment and run again, twice at once too, beside whoever makes, uses and destroys keys.
package struct Rewrapping {
    package struct Report: Sendable, Equatable {
        package internal(set) var rewrapped = 0
        /// Keys that do not open: changed, or under a master key that is not held here. They stay as they are.
        package internal(set) var faulty: [UUID] = []
    }

    private let keys: MasterKeys
    private let connection: PostgresConnection
    private let batch: Int

    /// - Parameter connection: as `daybook_projector`.
    package init(_ keys: MasterKeys, on connection: PostgresConnection, batch: Int = 500) {
        self.keys = keys
        self.connection = connection
        self.batch = batch
    }

    /// - Parameter afterBatch: called with what has been done so far; what it throws ends the work.
    package func run(afterBatch: (Report) throws -> Void = { _ in }) throws -> Report {
        let wrapping = KeyWrapping(keys: keys)
        let current = keys.list.current.id
        var report = Report()
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try connection.execute(
                "SELECT id, tenant, subject, wrapped FROM es.subject_keys_not_under(\(current.bytes), \(last), \(Int32(batch)))"
            ).decode((UUID, UUID, UUID, [UInt8]).self)
            guard let end = rows.last?.0 else { return report }
            last = end
            var (ids, old, new): ([UUID], [[UInt8]], [[UInt8]]) = ([], [], [])
            for (id, tenant, subject, wrapped) in rows {
                do throws(PostgresError) {
                    let key = try wrapping.unwrap(wrapped, id: id, of: subject, in: tenant)
                    new.append(wrapping.wrap(key, id: id, of: subject, in: tenant))
                    old.append(wrapped)
                    ids.append(id)
                } catch {
                    report.faulty.append(id)
                }
            }
            report.rewrapped += Int(
                try connection.execute("SELECT es.rewrap_subject_keys(\(ids), \(old), \(new))").decode(Int32.self)[0]
            )
            try afterBatch(report)
        }
    }

    /// How many keys of a database lie under each master key; nil for those of a time when keys had no ids.
    ///
    /// - Parameter connection: as `daybook_projector`.
    package static func uses(on connection: PostgresConnection) throws(PostgresError) -> [MasterKey.ID?: Int] {
        let rows = try connection.execute("SELECT master_key, uses FROM es.master_key_uses()")
            .decode(([UInt8], Int64).self)
        return Dictionary(rows.map { (MasterKey.ID($0.0), Int($0.1)) }, uniquingKeysWith: +)
    }

    /// Keeps every process from wrapping anything under a master key, if nothing is.
    ///
    /// - Parameter connection: as `daybook_projector`.
    /// - Returns: how many keys lie under it, or may; it is retired if there are none.
    package static func retire(_ id: MasterKey.ID, on connection: PostgresConnection) throws(PostgresError) -> Int {
        Int(try connection.execute("SELECT es.retire_master_key(\(id.bytes))").decode(Int64.self)[0])
    }
}
