internal import CLZ4

/// Compresses to the LZ4 frame format, which the program `lz4` reads and writes too.
///
/// ```swift
/// let frame = try LZ4Frame.compress(bytes)
/// let again = try LZ4Frame.decompress(frame, limit: 64 << 20)
/// ```
package enum LZ4Frame {
    /// What every frame begins with.
    package static let magic: [UInt8] = [0x04, 0x22, 0x4D, 0x18]

    /// How much is unpacked at a time, in bytes.
    private static let chunk = 256 * 1024

    /// Makes one frame, with its size and a checksum of the content in it.
    ///
    /// - Throws: `outOfMemory`.
    package static func compress(_ bytes: [UInt8]) throws(LZ4Error) -> [UInt8] {
        var preferences = preferences(for: bytes.count)
        let bound = bound(of: bytes.count)
        var result = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            result = LZ4F_compressFrame(buffer.baseAddress, bound, bytes, bytes.count, &preferences)
            count = LZ4F_isError(result) == 0 ? result : 0
        }
        // The buffer is large enough for whatever the bytes are.
        guard LZ4F_isError(result) == 0 else { throw LZ4Error(.outOfMemory, code: result) }
        return frame
    }

    /// The most bytes that `compress` makes of so many, however badly they pack.
    package static func bound(of count: Int) -> Int {
        var preferences = preferences(for: count)
        return LZ4F_compressFrameBound(count, &preferences)
    }

    private static func preferences(for count: Int) -> LZ4F_preferences_t {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
        preferences.frameInfo.contentSize = UInt64(count)
        return preferences
    }

    /// Unpacks one frame and checks its content against the checksum, if it has one.
    ///
    /// - Parameter limit: the most bytes that the content may have; memory for much more is never taken, whatever the frame claims.
    /// - Throws: `notAFrame`, `truncated`, `damaged`, `tooLarge`, `outOfMemory`.
    package static func decompress(_ frame: [UInt8], limit: Int) throws(LZ4Error) -> [UInt8] {
        guard frame.starts(with: magic) else { throw LZ4Error(.notAFrame, "") }
        var made: OpaquePointer?
        let failure = LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(failure) == 0, let context = made else { throw LZ4Error(.outOfMemory, code: failure) }
        defer { LZ4F_freeDecompressionContext(context) }

        var content: [UInt8] = []
        var taken = 0
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            var (read, written) = (frame.count - taken, buffer.count)
            let hint = frame.withUnsafeBytes {
                LZ4F_decompress(context, &buffer, &written, $0.baseAddress! + taken, &read, nil)
            }
            guard LZ4F_isError(hint) == 0 else { throw LZ4Error(.damaged, code: hint) }
            taken += read
            guard content.count + written <= limit else { throw LZ4Error(.tooLarge(limit: limit), "") }
            content.append(contentsOf: buffer[..<written])
            // How much it would like next; nothing after the end.
            if hint == 0 { break }
            if read == 0, written == 0 { throw LZ4Error(.truncated, "") }
        }
        guard taken == frame.count else { throw LZ4Error(.damaged, "\(frame.count - taken) bytes follow the frame") }
        return content
    }
}

extension LZ4Error {
    fileprivate init(_ reason: Reason, code: Int) {
        self.init(reason, String(cString: LZ4F_getErrorName(code)))
    }
}
