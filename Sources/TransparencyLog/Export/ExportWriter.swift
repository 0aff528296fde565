internal import Crypto
package import Foundation
internal import LZ4

/// Writes an export, record by record; what it holds in memory is one segment.
package struct ExportWriter: ~Copyable {
    /// How much a segment holds: it ends with the event that fills it. Bytes are counted unpacked.
    package struct SegmentSize: Sendable {
        package var positions: Int64
        package var bytes: Int

        package init(positions: Int64 = 10_000, bytes: Int = 8 << 20) {
            self.positions = positions
            self.bytes = bytes
        }
    }

    private let folder: URL
    private let tenant: UUID
    private let head: TreeHead
    private let before: (frontier: MerkleFrontier, chain: [UInt8])
    private let segmentSize: SegmentSize

    private var segments: [ExportManifest.Segment] = []
    private var lines: [UInt8] = []
    /// The last event that was added.
    private var position: Int64

    /// Makes the folder, with the head and its key in it.
    ///
    /// - Parameters:
    ///   - folder: not there yet, or empty.
    ///   - tenant: whose events are written whole.
    ///   - head: where the export ends.
    ///   - frontier: of the tree before the first record.
    ///   - chain: the hash of the last link before the first record.
    package init(
        folder: String,
        tenant: UUID,
        head: SignedTreeHead,
        publicKey: String,
        after frontier: MerkleFrontier,
        chain: [UInt8],
        segmentSize: SegmentSize = SegmentSize()
    ) throws {
        self.folder = URL(filePath: folder)
        self.tenant = tenant
        self.head = head.head
        before = (frontier, chain)
        self.segmentSize = segmentSize
        position = frontier.size
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
            throw ExportFolderNotEmpty(path: folder)
        }
        try write(Array(head.note.utf8), to: ExportManifest.headFile)
        try write(Array((publicKey + "\n").utf8), to: ExportManifest.keyFile)
    }

    /// Adds a record; they come in order, a commit before its events.
    package mutating func add(_ record: ExportRecord) throws {
        lines += record.line + [0x0A]
        switch record {
        case .commit: return
        case .event(let event): position = event.position
        case .leaf(let position, _, _): self.position = position
        }
        if position - (segments.last?.last ?? before.frontier.size) >= segmentSize.positions
            || lines.count >= segmentSize.bytes
        {
            try endSegment()
        }
    }

    /// Writes what is left, and the manifest: an export without one is not whole.
    package consuming func finish() throws -> ExportManifest {
        if !lines.isEmpty { try endSegment() }
        let manifest = ExportManifest(
            log: head.log,
            partition: head.partition,
            tenant: tenant,
            first: before.frontier.size + 1,
            last: position,
            chain: before.chain,
            peaks: before.frontier.peaks,
            segments: segments
        )
        try write(manifest.bytes, to: ExportManifest.file)
        return manifest
    }

    private mutating func endSegment() throws {
        let packed = try LZ4Frame.compress(lines)
        try write(packed, to: ExportManifest.segmentFile(segments.count))
        segments.append(
            ExportManifest.Segment(
                first: (segments.last?.last ?? before.frontier.size) + 1,
                last: position,
                size: lines.count,
                sha256: Array(SHA256.hash(data: packed))
            )
        )
        lines.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8], to file: String) throws {
        try Data(bytes).write(to: folder.appending(path: file))
    }
}

/// An export is never mixed with what is there already.
package struct ExportFolderNotEmpty: Error, CustomStringConvertible {
    package let path: String

    package var description: String { "\(path) is not empty" }
}
