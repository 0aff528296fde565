/// Hands messages over for delivery.
package protocol Mailer: Sendable {
    /// Returns when somebody else has taken responsibility for the message.
    ///
    /// A message whose sending failed with an error that is retriable may be sent again, also by another process: it
    /// keeps its `Message-ID`, by which mail programs recognize the second copy if the first got through after all.
    func send(_ message: MailMessage) async throws(MailError)
}
