/// Why an archive or one of its entries cannot be read.
package struct ZipError: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// There is no such file, or the entry is not one of this archive.
        case missing
        /// The file is there but cannot be read.
        case unreadable
        /// The file is something else than a zip archive.
        case notAnArchive
        /// The file ends before the archive does.
        case truncated
        /// The headers contradict each other, or the compressed data is no such data.
        case damaged
        /// The bytes of the entry are not those that were put in.
        case checksumMismatch
        /// The entry is larger than the caller allows, in bytes.
        case tooLarge(limit: Int)
        /// The entry needs a password.
        case encrypted
        /// The entry is compressed in a way that this libzip does not know.
        case unsupported
    }

    package let reason: Reason
    /// The path of the archive.
    package let file: String
    /// The name of the entry; nil when it is about the archive as a whole.
    package let entry: String?
    /// What libzip says, for logs.
    package let detail: String
}

extension ZipError: CustomStringConvertible {
    package var description: String {
        let place = entry.map { "\(file), entry \($0)" } ?? file
        return detail.isEmpty ? "\(place): \(reason)" : "\(place): \(reason) (\(detail))"
    }
}
