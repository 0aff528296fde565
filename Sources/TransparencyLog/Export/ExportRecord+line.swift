internal import Foundation

extension ExportRecord {
    /// Without the newline.
    var line: [UInt8] {
        let (kind, members): (String, [(String, JSONText)]) =
            switch self {
            case .commit(let commit):
                (
                    "commit",
                    [
                        ("first", .number(commit.link.first)),
                        ("last", .number(commit.link.last)),
                        ("committed_at_us", .number(commit.link.committedAt)),
                        ("root", .base64(commit.link.root)),
                        ("hash", .base64(commit.hash)),
                    ]
                )
            case .event(let event):
                (
                    "event",
                    [
                        ("position", .number(event.position)),
                        ("version", .number(event.version)),
                        ("stream", .string(event.stream.text)),
                        ("event", .string(event.event.text)),
                        ("type", .string(event.type)),
                        ("schema", .number(Int64(event.schema))),
                        ("command", .base64(event.commandKey)),
                        ("leaf", .base64(event.leaf)),
                        ("metadata", ExportedText(bytes: event.metadata).json),
                        ("payload", ExportedText(bytes: event.payload).json),
                    ]
                )
            case .leaf(let position, let leaf, let versionHash):
                (
                    "leaf",
                    [("position", .number(position)), ("leaf", .base64(leaf)), ("version_hash", .base64(versionHash))]
                )
            }
        return JSONText.object([(kind, .object(members))]).bytes
    }

    /// Reads what `line` gives and no other spelling; nil for anything else.
    init?(line: some Collection<UInt8>) {
        let bytes = Array(line)
        // What is wrong with the text helps nobody: it is not what was written.
        guard let read = try? JSONDecoder().decode(Line.self, from: Data(bytes)), let record = read.record,
            record.line == bytes
        else { return nil }
        self = record
    }

    /// A line as it is decoded.
    private struct Line: Decodable {
        struct Commit: Decodable {
            let first: Int64
            let last: Int64
            let committedAt: Int64
            let root: Base64Text
            let hash: Base64Text

            enum CodingKeys: String, CodingKey {
                case first, last, root, hash
                case committedAt = "committed_at_us"
            }
        }

        struct Event: Decodable {
            let position: Int64
            let version: Int64
            let stream: UUID
            let event: UUID
            let type: String
            let schema: Int32
            let command: Base64Text
            let leaf: Base64Text
            let metadata: ExportedText
            let payload: ExportedText
        }

        struct Leaf: Decodable {
            let position: Int64
            let leaf: Base64Text
            let versionHash: Base64Text

            enum CodingKeys: String, CodingKey {
                case position, leaf
                case versionHash = "version_hash"
            }
        }

        let commit: Commit?
        let event: Event?
        let leaf: Leaf?

        var record: ExportRecord? {
            if let commit {
                let link = ChainLink(
                    first: commit.first,
                    last: commit.last,
                    committedAt: commit.committedAt,
                    root: commit.root.bytes
                )
                return .commit(ExportedCommit(link: link, hash: commit.hash.bytes))
            }
            if let event {
                return .event(
                    ExportedEvent(
                        position: event.position,
                        version: event.version,
                        stream: event.stream,
                        event: event.event,
                        type: event.type,
                        schema: event.schema,
                        commandKey: event.command.bytes,
                        leaf: event.leaf.bytes,
                        metadata: event.metadata.bytes,
                        payload: event.payload.bytes
                    )
                )
            }
            return leaf.map {
                .leaf(position: $0.position, leaf: $0.leaf.bytes, versionHash: $0.versionHash.bytes)
            }
        }
    }
}

/// Bytes that are nearly always text, and then readable as such: `"TEXT"`, else `{"base64":"…"}`.
struct ExportedText: Decodable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            // Otherwise it is the other form.
            bytes = Array(text.utf8)
        } else {
            bytes = try decoder.container(keyedBy: CodingKeys.self).decode(Base64Text.self, forKey: .base64).bytes
        }
    }

    private enum CodingKeys: CodingKey { case base64 }

    var json: JSONText {
        String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .object([("base64", .base64(bytes))])
    }
}

/// Bytes in base64.
struct Base64Text: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = [UInt8](base64: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "it is not base64")
        }
        self.bytes = bytes
    }
}
