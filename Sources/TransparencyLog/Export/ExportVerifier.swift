internal import Crypto
package import Foundation
internal import LZ4

/// Checks an export against a log's public key, with nothing else at hand: that every event is in its place, that every leaf of
/// the tenant's own events is the hash of its row, that the versions of every stream follow on each other, and that the chain
/// and the tree over all of it are those of the head that the log has signed.
///
/// What it cannot see: whether the last events of one of the tenant's own streams are withheld as if they were somebody else's,
/// or the first ones of a stream that began before the export; what lies between two that are there cannot be left out, since
/// the version of each is what was committed.
package struct ExportVerifier {
    /// Larger segments are refused, in bytes: a writer ends one at 8 MiB, with the event that fills it.
    private static let segmentLimit = 64 << 20
    /// The same for the files beside them; a segment takes some 150 bytes of the manifest.
    private static let fileLimit = 64 << 20

    private let verifier: HeadVerifier

    package init(_ verifier: HeadVerifier) { self.verifier = verifier }

    /// - Parameters:
    ///   - tenant: whose export it has to be; nil for anybody's.
    ///   - position: where it has to begin, or before that.
    ///   - kept: heads of the same partition that were kept before, for the log to be a continuation of.
    package func verify(
        _ folder: String,
        of tenant: UUID? = nil,
        from position: Int64 = 1,
        against kept: [SignedTreeHead] = []
    ) throws(ExportFault) -> ExportReport {
        let folder = URL(filePath: folder)
        let head = try head(in: folder)
        let manifest = try manifest(in: folder, endingAt: head.head)
        guard tenant == nil || tenant == manifest.tenant else {
            throw ExportFault(.anotherTenant, file: ExportManifest.file)
        }
        guard manifest.first <= position else {
            throw ExportFault(.beginsLater, file: ExportManifest.file, position: manifest.first)
        }
        guard position <= manifest.last else {
            throw ExportFault(.endsEarlier, file: ExportManifest.file, position: manifest.last)
        }
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
            manifest.first >= 1, !manifest.segments.isEmpty
        else { throw ExportFault(.manifestContradicts, file: file) }
        var next = manifest.first
        for segment in manifest.segments {
            guard segment.first == next, next <= segment.last, segment.last <= head.size else {
                throw ExportFault(.manifestContradicts, file: file, position: next)
            }
            next = segment.last + 1
        }
        guard next == head.size + 1 else { throw ExportFault(.manifestContradicts, file: file, position: next) }
        return manifest
    }

    private func verify(
        _ segment: ExportManifest.Segment,
        _ file: String,
        in folder: URL,
        _ audit: inout ExportAudit
    ) throws(ExportFault) {
        guard (0...Self.segmentLimit).contains(segment.size) else {
            throw ExportFault(.tooLarge, file: file, position: segment.first)
        }
        let packed = try read(file, in: folder, limit: LZ4Frame.bound(of: segment.size))
        let content: [UInt8]
        do throws(LZ4Error) {
            content = try LZ4Frame.decompress(packed, limit: segment.size)
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

    private func read(_ file: String, in folder: URL, limit: Int = fileLimit) throws(ExportFault) -> [UInt8] {
        var data = Data()
        do {
            let handle = try FileHandle(forReadingFrom: folder.appending(path: file))
            while data.count <= limit, let more = try handle.read(upToCount: 1 << 20), !more.isEmpty { data += more }
        } catch {
            throw ExportFault(.unreadable, file: file)
        }
        guard data.count <= limit else { throw ExportFault(.tooLarge, file: file) }
        return [UInt8](data)
    }
}
