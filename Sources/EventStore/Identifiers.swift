package import Foundation

/// One of the logical partitions of a log: the unit of order, lock, wake-up, move, archive and audit.
package struct Partition: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    package var description: String { "\(number)" }

    /// What it is called where partitions of several logs are told of.
    ///
    /// - Parameter cell: whose log it is; nil if there is no other to be told from.
    package func name(in cell: String?) -> String { cell.map { "\($0)/\(number)" } ?? "\(number)" }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// Where an event stands in its partition: gapless from 1, in commit order. 0 is before the first event.
package typealias Position = Int64

/// How many events a stream holds, and so the version of its last one. 0 is a stream that does not exist.
package typealias StreamVersion = Int64

/// A tenant and the partition that the directory placed it in for good.
package struct Tenant: Hashable, Sendable {
    package let id: UUID
    package let partition: Partition

    package init(id: UUID, partition: Partition) {
        self.id = id
        self.partition = partition
    }
}
