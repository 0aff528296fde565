package import Foundation

/// What an export consists of and stands on. A folder holds:
///
///     manifest.json                  this
///     head.note                      the signed head that the export ends at
///     log.pub                        the public key of the head's signer, for convenience: trust the one that you were given
///     segment-000001.jsonl.lz4 …     the records (`ExportRecord`), a line each, as LZ4 frames
///
/// Of what came before `first` there is the hash of the last link, and the tree's right edge.
package struct ExportManifest: Hashable, Sendable {
    package struct Segment: Hashable, Sendable {
        /// The positions whose events are in it.
        package let first: Int64
        package let last: Int64
        /// Unpacked, in bytes.
        package let size: Int
        /// Of the file as it lies there.
        package let sha256: [UInt8]
    }

    static let format = "daybook export 1"
    static let file = "manifest.json"
    static let headFile = "head.note"
    static let keyFile = "log.pub"

    package let log: String
    package let partition: Int32
    package let tenant: UUID
    package let first: Int64
    package let last: Int64
    /// The hash of the link before `first`.
    package let chain: [UInt8]
    /// The peaks of the tree of the `first - 1` entries before.
    package let peaks: [[UInt8]]
    package let segments: [Segment]

    static func segmentFile(_ index: Int) -> String {
        let number = String(index + 1)
        return "segment-\(String(repeating: "0", count: max(0, 6 - number.count)))\(number).jsonl.lz4"
    }

    /// The file's content.
    var bytes: [UInt8] {
        let segments = segments.enumerated().map { index, segment in
            JSONText.object([
                ("file", .string(Self.segmentFile(index))),
                ("first", .number(segment.first)),
                ("last", .number(segment.last)),
                ("size", .number(Int64(segment.size))),
                ("sha256", .base64(segment.sha256)),
            ])
        }
        let manifest = JSONText.object([
            ("format", .string(Self.format)),
            ("log", .string(log)),
            ("partition", .number(Int64(partition))),
            ("tenant", .string(tenant.text)),
            ("first", .number(first)),
            ("last", .number(last)),
            ("chain", .base64(chain)),
            ("peaks", .array(peaks.map { .base64($0) })),
            ("segments", .array(segments)),
        ])
        return manifest.bytes + [0x0A]
    }
}

extension ExportManifest {
    /// Reads what `bytes` gives and no other spelling; nil for anything else.
    init?(bytes: [UInt8]) {
        // What is wrong with the text helps nobody: it is not what was written.
        guard let read = try? JSONDecoder().decode(Text.self, from: Data(bytes)) else { return nil }
        self.init(
            log: read.log,
            partition: read.partition,
            tenant: read.tenant,
            first: read.first,
            last: read.last,
            chain: read.chain.bytes,
            peaks: read.peaks.map(\.bytes),
            segments: read.segments.map {
                Segment(first: $0.first, last: $0.last, size: $0.size, sha256: $0.sha256.bytes)
            }
        )
        guard self.bytes == bytes else { return nil }
    }

    /// The manifest as it is decoded; names of files and of the format are compared when it is written again.
    private struct Text: Decodable {
        struct Segment: Decodable {
            let first: Int64
            let last: Int64
            let size: Int
            let sha256: Base64Text
        }

        let log: String
        let partition: Int32
        let tenant: UUID
        let first: Int64
        let last: Int64
        let chain: Base64Text
        let peaks: [Base64Text]
        let segments: [Segment]
    }
}
