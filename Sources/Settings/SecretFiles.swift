internal import Foundation

/// Files that hold secrets: who else may read them.
enum SecretFiles {
    enum Exposure: Equatable {
        case none
        /// Their group can read them.
        case group
        /// Everybody can, or others than the owner can write them.
        case everybody
    }

    /// - Returns: nil if there is no such file.
    static func exposure(of path: String) -> Exposure? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        // Where systemd and container runtimes hand out secrets, in a folder that only the service sees; their modes say nothing.
        let folders = ["/run/credentials/", "/run/secrets/", "/var/run/secrets/"]
        if folders.contains(where: path.hasPrefix) { return Exposure.none }
        if found.st_mode & 0o026 != 0 { return .everybody }
        return found.st_mode & 0o040 != 0 ? .group : Exposure.none
    }

    /// The content without the line feed at its end; nil if it cannot be read.
    static func content(of path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(data: data, encoding: .utf8)?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
