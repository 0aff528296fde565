internal import Events
internal import Foundation

extension Timestamp {
    /// A time that a provider has said.
    init(_ date: Date) { self.init(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000)) }
}
