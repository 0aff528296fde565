package import Zip

/// Why a file is not imported. Found before anything is written.
package enum SlackArchiveError: Error, Sendable, CustomStringConvertible {
    /// The archive or one of its entries cannot be read.
    case damaged(ZipError)
    /// An entry is not what an export has in its place.
    case malformed(file: String, entry: String, reason: String)
    /// It is an archive, but not an export of Slack.
    case notAnExport(file: String, missing: String)

    package var description: String {
        switch self {
        case .damaged(let error): Self.text(of: error)
        case .malformed(let file, let entry, let reason): "\(file), entry \(entry): \(reason)"
        case .notAnExport(let file, let missing): "\(file) is not a Slack export: it has no \(missing)"
        }
    }

    private static func text(of error: ZipError) -> String {
        let place = error.entry.map { "\(error.file), entry \($0)" } ?? error.file
        let fault =
            switch error.reason {
            case .missing: "there is no such file"
            case .unreadable: "it cannot be read"
            case .notAnArchive: "it is no zip archive"
            case .truncated: "it was cut off: the file ends before the archive does"
            case .damaged: "it is damaged"
            case .checksumMismatch: "it is damaged: the checksum of its content does not match"
            case .tooLarge(let limit): "it is larger than \(limit) bytes"
            case .encrypted: "it needs a password"
            case .unsupported: "it is compressed in a way that is not known here"
            }
        return "\(place): \(fault)"
    }
}
