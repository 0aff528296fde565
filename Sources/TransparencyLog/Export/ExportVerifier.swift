internal import Crypto
internal import Foundation
internal import LZ4

/// Checks an export against a log's public key, with nothing else at hand: that every event is in its place, that every leaf of
/// the tenant's own events is the hash of its row, that the versions of every stream follow on each other, and that the chain
/// and the tree over all of it are those of the head that the log has signed.
///
/// What it cannot see: whether one of the tenant's own events is withheld as if it were somebody else's, unless a later event
/// of the same stream is there. Versions of a stream that began before the export are checked from its first event here on.
package struct ExportVerifier {
    /// Larger segments are refused, in bytes.
    private static let segmentLimit = 1 << 30

    private let verifier: HeadVerifier

    package init(_ verifier: HeadVerifier) { self.verifier = verifier }

    /// - Parameter kept: heads of the same partition that were kept before, for the log to be a continuation of.
    package func verify(_ folder: String, against kept: [SignedTreeHead] = []) throws(ExportFault) -> ExportReport {
        let folder = URL(filePath: folder)
        let head = try head(in: folder)
        let manifest = try manifest(in: folder, endingAt: head.head)
        var audit = try ExportAudit(manifest, head: head, kept: kept)
        for (index, segment) in manifest.segments.enumerated() {
            try verify(segment, ExportManifest.segmentFile(index), in: folder, &audit)
        }
        return try audit.end()
    }

    private func head(in folder: URL) throws(ExportFault) -> SignedTreeHead {
        let key = try read(ExportManifest.keyFile, in: folder)
        guard key == Array((verifier.publicKey + "\n").utf8) else {
            throw ExportFault(.otherKey, file: ExportManifest.keyFile)
        }
        let file = ExportManifest.headFile
        guard let note = String(validating: try read(file, in: folder), as: UTF8.self) else {
            throw ExportFault(.malformed, file: file)
        }
        do throws(NoteError) {
            return try verifier.open(note)
        } catch {
            throw ExportFault(.head(error), file: file)
        }
    }

    private func manifest(in folder: URL, endingAt head: TreeHead) throws(ExportFault) -> ExportManifest {
        let file = ExportManifest.file
        guard let manifest = ExportManifest(bytes: try read(file, in: folder)) else {
            throw ExportFault(.malformed, file: file)
        }
        guard manifest.log == head.log, manifest.partition == head.partition, manifest.last == head.size,
            manifest.first >= 1
        else { throw ExportFault(.manifestContradicts, file: file) }
        var next = manifest.first
        for segment in manifest.segments {
            guard segment.first == next, next <= segment.last, segment.last <= head.size else {
                throw ExportFault(.manifestContradicts, file: file, position: next)
            }
            next = segment.last &+ 1
        }
        guard next == head.size &+ 1 else { throw ExportFault(.manifestContradicts, file: file, position: next) }
        return manifest
    }

    private func verify(
        _ segment: ExportManifest.Segment,
        _ file: String,
        in folder: URL,
        _ audit: inout ExportAudit
    ) throws(ExportFault) {
        let packed = try read(file, in: folder)
        let content: [UInt8]
        do throws(LZ4Error) {
            content = try LZ4Frame.decompress(packed, limit: min(max(0, segment.size), Self.segmentLimit))
        } catch {
            throw ExportFault(.malformed, file: file, position: segment.first)
        }
        guard content.last == 0x0A, content.count == segment.size else {
            throw ExportFault(.malformed, file: file, position: segment.first)
        }
        for line in content.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard let record = ExportRecord(line: line) else {
                throw ExportFault(.malformedRecord, file: file, position: audit.position + 1)
            }
            do throws(ExportFault) {
                try audit.add(record)
            } catch {
                throw ExportFault(error.reason, file: file, position: error.position)
            }
        }
        guard audit.position == segment.last else {
            throw ExportFault(.manifestContradicts, file: file, position: audit.position + 1)
        }
        // Last, since what the content tells is more exact.
        guard Array(SHA256.hash(data: packed)) == segment.sha256 else {
            throw ExportFault(.hashDiffers, file: file, position: segment.first)
        }
    }

    private func read(_ file: String, in folder: URL) throws(ExportFault) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: folder.appending(path: file).path) else {
            throw ExportFault(.unreadable, file: file)
        }
        return [UInt8](data)
    }
}
