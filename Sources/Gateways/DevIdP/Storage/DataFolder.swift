internal import Foundation

/// The folder where people and keys are kept, for this process alone as long as this lives.
final class DataFolder: Sendable {
    private let path: String
    private let lock: Int32

    init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw StorageError.system(path: "\(path)/lock", errno: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(lock)
            throw reason == EWOULDBLOCK ? StorageError.inUse(path: path) : .system(path: "\(path)/lock", errno: reason)
        }
    }

    deinit { close(lock) }

    /// Nil if there is no such file yet.
    func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value? {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StorageError.system(path: file, errno: errno)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let bytes = try handle.readToEnd() ?? Data()
        do { return try JSONDecoder().decode(type, from: bytes) } catch {
            throw StorageError.damaged(path: file, reason: "\(error)")
        }
    }

    /// Writes a file that its owner alone may read. After a crash there is the old one or the new one.
    func write(_ value: some Encodable, to name: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(value)
        let (file, draft) = ("\(path)/\(name)", "\(path)/\(name).draft")
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError.system(path: draft, errno: errno) }
        do {
            defer { close(descriptor) }
            // A draft that somebody left may have other rights.
            guard fchmod(descriptor, 0o600) == 0 else { throw StorageError.system(path: draft, errno: errno) }
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: bytes)
            guard fsync(descriptor) == 0 else { throw StorageError.system(path: draft, errno: errno) }
        }
        guard rename(draft, file) == 0 else { throw StorageError.system(path: file, errno: errno) }
        try sync()
    }

    /// Makes the new name last.
    private func sync() throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError.system(path: path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError.system(path: path, errno: errno) }
    }
}

enum StorageError: Error, CustomStringConvertible {
    case system(path: String, errno: Int32)
    case damaged(path: String, reason: String)
    case inUse(path: String)

    var description: String {
        switch self {
        case .system(let path, let errno): "\(path): \(String(cString: strerror(errno)))"
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason). Mend it, or remove it to begin anew"
        case .inUse(let path): "\(path) is in use by another development identity provider"
        }
    }
}
