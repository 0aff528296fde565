internal import Events
internal import Hummingbird
internal import Logging
internal import NIOCore

/// JSON lines (https://github.com/ndjson/ndjson-spec) that are made while they are sent: the next are asked for only when the
/// client has taken the last.
///
/// A stream that fails in the middle ends without the end of its body, so that the client sees that it is not whole.
package struct LineStream<Line: Encodable & Sendable>: Sendable {
    private let makeBody: @Sendable (Logger) -> ResponseBody

    /// - Parameter pages: lines, few or many at a time.
    package init<Pages: AsyncSequence & Sendable>(_ pages: Pages) where Pages.Element == [Line] {
        makeBody = { ResponseBody(asyncSequence: WrittenLines(pages: pages, logger: $0)) }
    }

    func body(logger: Logger) -> ResponseBody { makeBody(logger) }
}

/// The pages as they are sent.
private struct WrittenLines<Pages: AsyncSequence & Sendable, Line: Encodable>: AsyncSequence, Sendable
where Pages.Element == [Line] {
    let pages: Pages
    let logger: Logger

    func makeAsyncIterator() -> Iterator { Iterator(pages: pages.makeAsyncIterator(), logger: logger) }

    struct Iterator: AsyncIteratorProtocol {
        var pages: Pages.AsyncIterator
        let logger: Logger

        @concurrent
        mutating func next() async throws -> ByteBuffer? {
            do {
                guard let lines = try await pages.next() else { return nil }
                var buffer = ByteBuffer()
                for line in lines {
                    var text = JSONWriter.write(line)
                    buffer.writeBuffer(&text)
                    buffer.writeInteger(UInt8(ascii: "\n"))
                }
                return buffer
            } catch {
                logger.warning("a stream ended early", metadata: ["error": "\(error)"])
                throw error
            }
        }
    }
}
