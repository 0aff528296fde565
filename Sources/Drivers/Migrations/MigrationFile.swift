internal import Crypto
internal import Foundation

/// One file of SQL and its place in the order.
struct MigrationFile {
    /// Below the schema's folder: `002-log/05-events.sql`.
    let path: String
    let text: String
    let sha256: [UInt8]

    /// Roles belong to the cluster and are made by whoever migrates.
    var isAboutRoles: Bool { path.prefix { $0 != "/" }.hasSuffix("-roles") }

    /// All files below a folder, in the order in which they are applied.
    static func all(in folder: String) throws -> [MigrationFile] {
        guard let paths = FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) else {
            throw MigrationError.noFolder(folder)
        }
        let files = try paths.filter { $0.hasSuffix(".sql") }.sorted().map { path in
            let data = try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent(path))
            return MigrationFile(
                path: path,
                text: String(decoding: data, as: UTF8.self),
                sha256: Array(SHA256.hash(data: data))
            )
        }
        guard !files.isEmpty else { throw MigrationError.noFolder(folder) }
        return files
    }
}
