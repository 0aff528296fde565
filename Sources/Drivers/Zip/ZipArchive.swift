import CZip
import Glibc

/// A zip archive, opened to be read.
///
/// Not `Sendable`: libzip allows an archive one thread at a time. It reads files and blocks meanwhile.
///
/// ```swift
/// let archive = try ZipArchive(path: "/uploads/export.zip")
/// for entry in archive.entries where !entry.isDirectory && !entry.climbsOut {
///     let bytes = try archive.read(entry, limit: 64 << 20)
/// }
/// ```
package final class ZipArchive {
    package let path: String
    /// Files and folders in the order of the archive's directory.
    package let entries: [ZipEntry]
    private let archive: OpaquePointer

    /// Opens the archive and reads its directory.
    ///
    /// - Throws: `missing`, `unreadable`, `notAnArchive`, `truncated`, `damaged`.
    package init(path: String) throws(ZipError) {
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_RDONLY, &code) else {
            var error = zip_error_t()
            zip_error_init_with_code(&error, code)
            defer { zip_error_fini(&error) }
            throw ZipError(opening: path, error: &error)
        }
        do throws(ZipError) {
            entries = try Self.entries(of: archive, path: path)
        } catch {
            zip_discard(archive)
            throw error
        }
        self.archive = archive
        self.path = path
    }

    deinit {
        // Unlike zip_close it never writes.
        zip_discard(archive)
    }

    /// The first entry of that name.
    package func entry(named name: String) -> ZipEntry? { entries.first { $0.name == name } }

    /// Unpacks one entry and checks its bytes against their checksum. A directory has none.
    ///
    /// - Parameter limit: the most bytes that it may have; memory for more is never taken, whatever the archive claims.
    ///   An archive may hold many entries, so whoever reads them all should mind the sum.
    /// - Throws: `tooLarge`, `checksumMismatch`, `truncated`, `damaged`, `encrypted`, `unsupported`, `unreadable`, and
    ///   `missing` for an entry of another archive.
    package func read(_ entry: ZipEntry, limit: Int) throws(ZipError) -> [UInt8] {
        guard entries.indices.contains(Int(entry.index)), entries[Int(entry.index)] == entry else {
            throw ZipError(reason: .missing, file: path, entry: entry.name, detail: "")
        }
        guard entry.size <= limit else { throw tooLarge(entry, limit: limit) }
        guard let file = zip_fopen_index(archive, entry.index, 0) else {
            throw ZipError(reading: entry, of: path, error: zip_get_error(archive))
        }
        defer { zip_fclose(file) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(Int(entry.size), Self.chunk))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 16)
        defer { buffer.deallocate() }
        // Up to the end: only there libzip compares the checksum.
        while true {
            let count = zip_fread(file, buffer.baseAddress!, UInt64(buffer.count))
            guard count >= 0 else { throw ZipError(reading: entry, of: path, error: zip_file_get_error(file)) }
            if count == 0 { return bytes }
            guard bytes.count + Int(count) <= limit else { throw tooLarge(entry, limit: limit) }
            bytes.append(contentsOf: buffer[..<Int(count)])
        }
    }

    /// How much is unpacked at a time, in bytes.
    private static let chunk = 64 * 1024

    private static func entries(of archive: OpaquePointer, path: String) throws(ZipError) -> [ZipEntry] {
        let count = UInt64(max(zip_get_num_entries(archive, 0), 0))
        var entries: [ZipEntry] = []
        entries.reserveCapacity(Int(count))
        for index in 0..<count {
            var stat = zip_stat_t()
            guard zip_stat_index(archive, index, 0, &stat) == 0, let name = stat.name else {
                throw ZipError(reason: .damaged, file: path, entry: nil, detail: "entry \(index) has no name")
            }
            entries.append(ZipEntry(name: String(cString: name), size: stat.size, index: index))
        }
        return entries
    }

    private func tooLarge(_ entry: ZipEntry, limit: Int) -> ZipError {
        let detail = "it claims \(entry.size) bytes"
        return ZipError(reason: .tooLarge(limit: limit), file: path, entry: entry.name, detail: detail)
    }
}

extension ZipError {
    fileprivate init(opening path: String, error: UnsafeMutablePointer<zip_error_t>) {
        var reason = Reason(code: zip_error_code_zip(error))
        // The directory stands at the end, so of an archive that was cut off libzip finds nothing.
        if reason == .notAnArchive, Self.beginsLikeAnArchive(path) { reason = .truncated }
        self.init(reason: reason, file: path, entry: nil, detail: String(cString: zip_error_strerror(error)))
    }

    fileprivate init(reading entry: ZipEntry, of path: String, error: UnsafeMutablePointer<zip_error_t>) {
        self.init(
            reason: Reason(code: zip_error_code_zip(error)),
            file: path,
            entry: entry.name,
            detail: String(cString: zip_error_strerror(error))
        )
    }

    private static func beginsLikeAnArchive(_ path: String) -> Bool {
        guard let file = fopen(path, "rb") else { return false }
        defer { fclose(file) }
        var magic: [UInt8] = [0, 0, 0, 0]
        return fread(&magic, 1, magic.count, file) == magic.count && magic == [0x50, 0x4B, 0x03, 0x04]
    }
}

extension ZipError.Reason {
    fileprivate init(code: Int32) {
        self =
            switch code {
            case ZIP_ER_NOENT: .missing
            case ZIP_ER_NOZIP: .notAnArchive
            case ZIP_ER_EOF: .truncated
            case ZIP_ER_CRC: .checksumMismatch
            case ZIP_ER_NOPASSWD, ZIP_ER_WRONGPASSWD, ZIP_ER_ENCRNOTSUPP: .encrypted
            case ZIP_ER_COMPNOTSUPP, ZIP_ER_MULTIDISK, ZIP_ER_OPNOTSUPP: .unsupported
            case ZIP_ER_INCONS, ZIP_ER_ZLIB, ZIP_ER_COMPRESSED_DATA: .damaged
            default: .unreadable
            }
    }
}
