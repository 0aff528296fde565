internal import Crypto
package import Foundation

/// The leaf of an event in its partition's hash chain: SHA-256 over everything that the appender decided.
///
///     leaf = SHA-256 of eight fields, each ┌───────────────┬──────────────┐
///                                          │ length: be32  │ length bytes │
///                                          └───────────────┴──────────────┘
///     tenant (16) · stream (16) · event (16) · type name (UTF-8) · schema version (be32) · command key (32) · metadata · payload
///
/// The version is covered by the commit's root (``CommitRoot``), position and time by its link (``ChainLink``).
package enum EventLeaf {
    package static func hash(
        tenant: UUID,
        stream: UUID,
        event: UUID,
        type: String,
        schema: Int32,
        commandKey: [UInt8],
        metadata: [UInt8],
        payload: [UInt8]
    ) -> [UInt8] {
        var leaf = Hasher()
        leaf.add(tenant)
        leaf.add(stream)
        leaf.add(event)
        var name = type
        name.withUTF8 { leaf.add(UnsafeRawBufferPointer($0)) }
        withUnsafeBytes(of: schema.bigEndian) { leaf.add($0) }
        commandKey.withUnsafeBytes { leaf.add($0) }
        metadata.withUnsafeBytes { leaf.add($0) }
        payload.withUnsafeBytes { leaf.add($0) }
        return Array(leaf.sha.finalize())
    }

    private struct Hasher {
        var sha = SHA256()

        mutating func add(_ id: UUID) {
            withUnsafeBytes(of: id.uuid) { add($0) }
        }

        mutating func add(_ field: UnsafeRawBufferPointer) {
            withUnsafeBytes(of: UInt32(field.count).bigEndian) { sha.update(bufferPointer: $0) }
            sha.update(bufferPointer: field)
        }
    }
}
