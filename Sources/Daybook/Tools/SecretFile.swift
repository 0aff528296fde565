internal import Foundation

/// Files that only their owner can read.
enum SecretFile {
    /// Writes a line to a file that is not there yet: a secret that is in use is never overwritten.
    static func create(_ path: String, _ line: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ToolError("cannot make \(path): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data((line + "\n").utf8))
        try handle.synchronize()
    }
}
