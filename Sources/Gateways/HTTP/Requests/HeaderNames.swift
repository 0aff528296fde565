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

    /// With a cookie: the name of the organization in whose tenant the request is meant.
    package static let daybookTenant = known("Daybook-Tenant")
    /// Says that a request with a cookie was meant: no other site's page can send it.
    package static let daybookCSRF = known("Daybook-CSRF")
    package static let secFetchSite = known("Sec-Fetch-Site")
    /// On answers: how much of a limit is left, and which there are.
    package static let rateLimit = known("RateLimit")
    package static let rateLimitPolicy = known("RateLimit-Policy")
    /// By proxies: whom they speak for.
    static let xForwardedFor = known("X-Forwarded-For")
    static let forwarded = known("Forwarded")
    static let referrerPolicy = known("Referrer-Policy")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
