import Logging
import Observability
import Synchronization
import Testing

/// That no secret is written, whoever tries to.
struct RedactionTests {
    private static let secret = "s3cr3t/with+signs=="

    private final class Page: Sendable {
        private let text = Mutex("")

        func write(_ line: String) { text.withLock { $0 += line } }
        var content: String { text.withLock { $0 } }
    }

    private struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    private func logger(_ redactor: Redactor, on page: Page) -> Logger {
        Logger(label: "test") { label in
            RedactingLogHandler(JSONLogHandler(label: label) { page.write($0) }, by: redactor)
        }
    }

    @Test func `a secret is taken out of messages, metadata, errors, and of what was set before`() {
        let (redactor, page) = (Redactor(), Page())
        redactor.hide(Self.secret)
        var logger = logger(redactor, on: page)
        logger[metadataKey: "always"] = "before \(Self.secret) after"
        logger.info(
            "cannot connect to postgres://daybook:\(Self.secret)@db",
            metadata: [
                "text": "\(Self.secret)", "list": ["a \(Self.secret)", "b"], "fields": ["inner": "\(Self.secret)"],
                "object": .stringConvertible(Fault(description: "no \(Self.secret)")), "count": .stringConvertible(3),
            ]
        )
        logger.error("failed", metadata: ["error": "\(Fault(description: "password \(Self.secret) is wrong"))"])
        #expect(!page.content.contains("s3cr3t"), "\(page.content)")
        #expect(page.content.contains("postgres://daybook:[redacted]@db") && page.content.contains(#""count":3"#))
        #expect(page.content.contains(#""always":"before [redacted] after""#))
    }

    @Test func `a secret is taken out as a URL writes it, and one within another leaves nothing over`() {
        let redactor = Redactor()
        redactor.hide(Self.secret)
        redactor.hide("\(Self.secret)-and-more")
        #expect(redactor.redacted("?password=s3cr3t%2Fwith%2Bsigns%3D%3D&x") == "?password=[redacted]&x")
        #expect(redactor.redacted("<\(Self.secret)-and-more>") == "<[redacted]>")
        #expect(redactor.redacted("\(Self.secret)\(Self.secret)") == "[redacted][redacted]")
    }

    @Test func `what is too short to be told from other text is left`() {
        let redactor = Redactor()
        redactor.hide("demo")
        redactor.hide("")
        #expect(redactor.redacted("a demo") == "a demo")
    }
}
