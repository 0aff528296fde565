package import Postgres

/// Why a database cannot be brought to, or is not at, the state of a schema's folder.
package enum MigrationError: Error, CustomStringConvertible {
    /// There are no SQL files there.
    case noFolder(String)
    /// Files that were applied have another text now. Nothing was done.
    case changed([String])
    /// Files are not applied yet.
    case pending([String])
    /// A file's SQL failed; all files of this run are rolled back.
    case failed(path: String, PostgresError)

    package var description: String {
        switch self {
        case .noFolder(let path): "no SQL files in \(path)"
        case .changed(let paths):
            "already applied and changed since, so write a new file instead: \(paths.joined(separator: ", "))"
        case .pending(let paths): "the database must be migrated first: \(paths.joined(separator: ", "))"
        case .failed(let path, let error): "\(path): \(error.message)"
        }
    }
}
