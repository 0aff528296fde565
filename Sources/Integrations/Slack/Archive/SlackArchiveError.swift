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
        case .damaged(let error): error.description
        case .malformed(let file, let entry, let reason): "\(file), entry \(entry): \(reason)"
        case .notAnExport(let file, let missing): "\(file) is not a Slack export: it has no \(missing)"
        }
    }
}
