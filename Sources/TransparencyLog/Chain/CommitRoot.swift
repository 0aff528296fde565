internal import Crypto
package import Foundation

/// The root of a commit, as `es.append_p<n>` computes it: what happened, and as which event of its stream.
///
///     root = SHA-256 of   leaf (32) · version hash (32)   of every event, in order
///     version hash = SHA-256 of   event (16) · version (be64)
///
/// The version stands beside the leaf, which the appender decides before there is one. It is hashed with the event's identifier,
/// whose random bits no other tenant is shown: so an export can hold the hashes of others' events and tell nothing of them,
/// while nobody can give one's own another version, or leave one out without a gap.
package struct CommitRoot {
    private var sha = SHA256()

    package init() {}

    package mutating func append(leaf: [UInt8], versionHash: [UInt8]) {
        sha.update(data: leaf)
        sha.update(data: versionHash)
    }

    package var hash: [UInt8] { Array(sha.finalize()) }

    package static func versionHash(of event: UUID, version: Int64) -> [UInt8] {
        var sha = SHA256()
        withUnsafeBytes(of: event.uuid) { sha.update(bufferPointer: $0) }
        withUnsafeBytes(of: version.bigEndian) { sha.update(bufferPointer: $0) }
        return Array(sha.finalize())
    }
}
