import Foundation
import Logging
import Synchronization
import Testing

@testable import Observability

struct JSONLogHandlerTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func append(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func logged(_ log: (Logger) -> Void) throws -> [[String: Any]] {
        let lines = Lines()
        var logger = Logger(label: "test") { label in JSONLogHandler(label: label) { lines.append($0) } }
        logger[metadataKey: "request_id"] = "r-1"
        log(logger)
        return try lines.all.map { line in
            #expect(line.hasSuffix("}\n") && line.dropLast().allSatisfy { !$0.isNewline })
            return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func `an occurrence is one line with its time, level, message and metadata`() throws {
        let lines = try logged { logger in
            logger.info("request", metadata: ["status": .stringConvertible(201), "ms": .stringConvertible(1.5)])
            logger.debug("not at this level")
            logger.error("it broke", metadata: ["request_id": "r-2"])
        }
        #expect(lines.count == 2)
        #expect(lines[0]["level"] as? String == "info")
        #expect(lines[0]["message"] as? String == "request")
        #expect(lines[0]["logger"] as? String == "test")
        #expect(lines[0]["request_id"] as? String == "r-1")
        #expect(lines[0]["status"] as? Int == 201)
        #expect(lines[0]["ms"] as? Double == 1.5)
        let time = try #require(lines[0]["time"] as? String)
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(time)
        #expect(abs(date.timeIntervalSinceNow) < 60)
        #expect(lines[1]["request_id"] as? String == "r-2")
    }

    @Test func `any text can be logged, and nested metadata`() throws {
        let odd = "a\"b\\c\nd\te\r\u{1}\u{2028}é🎈"
        let lines = try logged { logger in
            logger.notice(
                "\(odd)",
                metadata: [
                    "odd": "\(odd)", "list": ["a", .stringConvertible(2)], "inner": ["b": "c"], "level": "mine",
                ]
            )
        }
        #expect(lines[0]["message"] as? String == odd)
        #expect(lines[0]["odd"] as? String == odd)
        #expect((lines[0]["list"] as? [Any])?.last as? Int == 2)
        #expect((lines[0]["inner"] as? [String: String]) == ["b": "c"])
        #expect(lines[0]["level"] as? String == "notice")
        #expect(lines[0]["level_"] as? String == "mine")
    }
}
