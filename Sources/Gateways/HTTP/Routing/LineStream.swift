internal import Hummingbird
internal import Logging
internal import NIOCore

/// JSON lines (https://github.com/ndjson/ndjson-spec) that are made while they are sent: the next are asked for only when the
/// client has taken the last.
///
/// A stream that fails in the middle ends without the end of its body, so that the client sees that it is not whole.
package struct LineStream<Line: Encodable & Sendable>: Sendable {
    private let write: @Sendable (_ send: ([Line]) async throws -> Void) async throws -> Void

    /// - Parameter write: sends lines, few or many at a time, and returns after the last.
    package init(_ write: @escaping @Sendable (_ send: ([Line]) async throws -> Void) async throws -> Void) {
        self.write = write
    }

    func body(logger: Logger) -> ResponseBody {
        ResponseBody { writer in
            do {
                try await write { lines in
                    guard !lines.isEmpty else { return }
                    var buffer = ByteBuffer()
                    for line in lines {
                        var text = JSONWriter.write(line)
                        buffer.writeBuffer(&text)
                        buffer.writeInteger(UInt8(ascii: "\n"))
                    }
                    try await writer.write(buffer)
                }
                try await writer.finish(nil)
            } catch {
                logger.warning("a stream ended early", metadata: ["error": "\(error)"])
                throw error
            }
        }
    }
}
