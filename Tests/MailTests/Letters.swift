import Mail
import Testing

extension MailSender {
    static let daybook: MailSender = {
        do {
            return try MailSender(MailAddress("no-reply@daybook.example"), name: "Daybook")
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}

extension MailMessage {
    /// To somebody at example.org.
    static func to(
        _ name: String,
        key: String = "key",
        subject: String = "Hello",
        text: String = "Hello\n",
        html: String? = nil
    ) throws -> MailMessage {
        try MailMessage(
            key: key,
            to: MailAddress("\(name)@example.org"),
            subject: subject,
            text: text,
            html: html
        )
    }
}

/// Expects a message or an address to be refused.
@discardableResult
func expect(
    _ code: MailError.Code,
    isRetriable: Bool,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> MailError? {
    do {
        try await body()
    } catch let error as MailError {
        #expect(error.code == code && error.isRetriable == isRetriable, "\(error)", sourceLocation: sourceLocation)
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
        return nil
    }
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
    return nil
}
