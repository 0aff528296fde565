internal import Crypto
internal import Foundation

/// One file of SQL and its place in the order.
struct MigrationFile {
    /// Below its folder: `002-log/05-events.sql`.
    let path: String
    let text: String
    let sha256: [UInt8]

    /// Roles belong to the cluster and are made by whoever migrates.
    var isAboutRoles: Bool { path.prefix { $0 != "/" }.hasSuffix("-roles") }

    /// All files below the folders, in the order in which they are applied.
    static func all(in folders: [String]) throws -> [MigrationFile] {
        let files = try folders.flatMap { try all(in: $0) }.sorted { $0.path < $1.path }
        for (file, next) in zip(files, files.dropFirst()) {
            precondition(file.path != next.path, "two folders of a schema have \(file.path)")
        }
        return files
    }

    private static func all(in folder: String) throws -> [MigrationFile] {
        guard let paths = FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) else {
            throw MigrationError.noFolder(folder)
        }
        let files = try paths.filter { $0.hasSuffix(".sql") }.map { path in
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
