/// Why bytes cannot be packed or unpacked.
package struct LZ4Error: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// The bytes are something else than an LZ4 frame.
        case notAFrame
        /// The bytes end before the frame does.
        case truncated
        /// The frame contradicts itself or its checksum, or something follows it.
        case damaged
        /// The content is larger than the caller allows, in bytes.
        case tooLarge(limit: Int)
        case outOfMemory
    }

    package let reason: Reason
    /// What liblz4 says, for logs.
    package let detail: String

    init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}

extension LZ4Error: CustomStringConvertible {
    package var description: String { detail.isEmpty ? "LZ4: \(reason)" : "LZ4: \(reason) (\(detail))" }
}
