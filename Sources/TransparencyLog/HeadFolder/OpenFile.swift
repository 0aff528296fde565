internal import Foundation

/// A file or folder that is open as long as this value lives.
struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    init(_ path: String, _ flags: Int32) throws(HeadFolderError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(path: path, errno: errno) }
    }

    deinit { close(descriptor) }

    /// Waits until nobody else has the lock, which lasts as long as the file is open.
    func lock() throws(HeadFolderError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure }
        }
    }

    var size: Int {
        get throws(HeadFolderError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw failure }
            return status.st_size
        }
    }

    /// Fewer bytes only where the file ends.
    func read(at offset: Int, count: Int) throws(HeadFolderError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes[have...].withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, offset + have)
            }
            if got == 0 { break }
            if got > 0 { have += got } else if errno != EINTR { throw failure }
        }
        return Array(bytes.prefix(have))
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(HeadFolderError) {
        var done = 0
        while done < bytes.count {
            let put = bytes[done...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset + done) }
            if put >= 0 { done += put } else if errno != EINTR { throw failure }
        }
    }

    func truncate(to size: Int) throws(HeadFolderError) {
        guard ftruncate(descriptor, size) == 0 else { throw failure }
    }

    func sync() throws(HeadFolderError) {
        guard fsync(descriptor) == 0 else { throw failure }
    }

    private var failure: HeadFolderError { .system(path: path, errno: errno) }
}
