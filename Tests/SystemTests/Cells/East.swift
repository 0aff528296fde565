import Foundation
import Postgres

/// The stores of a second cell, and the file that tells of it.
final class East: Sendable {
    let postgres: PostgresCluster
    let redis: RedisServer
    private let folder: String

    /// What `DAYBOOK_CELLS_FILE` is to name.
    var file: String { "\(folder)/cells.json" }

    init() async throws {
        let parent = ProcessInfo.processInfo.environment["DAYBOOK_TEST_FOLDER"] ?? "/tmp"
        folder = "\(parent)/east-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        postgres = try await PostgresCluster(folder: folder)
        redis = try await RedisServer(folder: folder)
        try write(#"[{"name":"east","postgres":"\#(postgres.conninfo)","redis":"\#(redis.url)"}]"#)
    }

    func write(_ text: String) throws {
        guard
            FileManager.default.createFile(
                atPath: file,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Of the installation whose cell it is, as a superuser.
    func product(of installation: Installation) throws -> PostgresConnection {
        try PostgresConnection(
            PostgresConfiguration(conninfo: postgres.conninfo, database: installation.productDatabase)
        )
    }

    func remove() async {
        await redis.kill()
        await postgres.kill()
        // Nobody looks there any more.
        try? FileManager.default.removeItem(atPath: folder)
    }
}
