/// What a whole export holds.
package struct ExportReport: Hashable, Sendable {
    package let manifest: ExportManifest
    package let head: SignedTreeHead
    /// The tenant's own.
    package internal(set) var events = 0
    /// Those of others, of which there are the leaves.
    package internal(set) var leaves = 0
    package internal(set) var commits = 0
    /// When the first and the last commit were made, in microseconds since the start of 1970.
    package internal(set) var times: ClosedRange<Int64>?
}
