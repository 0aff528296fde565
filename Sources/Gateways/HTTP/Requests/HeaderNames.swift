package import HTTPTypes

extension HTTPField.Name {
    package static let xRequestID = known("X-Request-Id")
    package static let idempotencyKey = known("Idempotency-Key")
    package static let traceparent = known("traceparent")
    /// On answers to writes: a position token.
    package static let daybookPosition = known("Daybook-Position")
    /// On reads: the token of the write that the answer must not be older than.
    package static let daybookMinPosition = known("Daybook-Min-Position")
    /// How long such a read may wait, in milliseconds.
    package static let daybookMinPositionTimeout = known("Daybook-Min-Position-Timeout-Ms")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
