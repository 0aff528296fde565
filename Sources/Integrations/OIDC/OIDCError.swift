/// Why there is no verified identity, keys or URL. Codes never change; messages are for the operator's log and never hold a
/// token, code, secret, nonce or verifier.
package struct OIDCError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whose turn it is now.
    package enum Kind: String, Sendable {
        /// The provider is away, or answers what no provider answers: try again later, 503.
        case unavailable
        /// Somebody brought what is not good: 401.
        case refused
        /// Nothing will work until an operator changes a setting, here or at the provider: 500.
        case misconfigured
    }

    package let code: Code
    package let message: String
    /// What the provider said in OAuth's own words, if it did.
    package let answer: ProviderAnswer?

    package var kind: Kind { code.kind }

    package var description: String { "\(code.rawValue): \(message)" }

    init(_ code: Code, _ message: String, answer: ProviderAnswer? = nil) {
        self.code = code
        self.message = message
        self.answer = answer
    }
}

extension OIDCError {
    package enum Code: String, Sendable, CaseIterable {
        // The provider is away.
        case unreachable = "oidc.unreachable"
        case timedOut = "oidc.timed_out"
        case badAnswer = "oidc.bad_answer"
        case answerTooLarge = "oidc.answer_too_large"
        case providerBusy = "oidc.provider_busy"

        // A setting is wrong.
        case invalidConfiguration = "oidc.invalid_configuration"
        case insecureURL = "oidc.insecure_url"
        case discoveryMismatch = "oidc.discovery_mismatch"
        case unsupportedProvider = "oidc.unsupported_provider"
        case clientRefused = "oidc.client_refused"

        // The login is refused.
        case providerRefused = "oidc.provider_refused"
        case foreignLogin = "oidc.foreign_login"
        case responseIssuerMissing = "oidc.response_issuer_missing"
        case responseIssuerMismatch = "oidc.response_issuer_mismatch"
        case subjectMismatch = "oidc.subject_mismatch"

        // The token is refused.
        case malformedToken = "oidc.malformed_token"
        case unacceptableType = "oidc.unacceptable_type"
        case criticalExtension = "oidc.critical_extension"
        case unacceptableAlgorithm = "oidc.unacceptable_algorithm"
        case unnamedKey = "oidc.unnamed_key"
        case unknownKey = "oidc.unknown_key"
        case invalidSignature = "oidc.invalid_signature"
        case invalidClaim = "oidc.invalid_claim"
        case issuerMismatch = "oidc.issuer_mismatch"
        case invalidSubject = "oidc.invalid_subject"
        case audienceMismatch = "oidc.audience_mismatch"
        case authorizedPartyMismatch = "oidc.authorized_party_mismatch"
        case expired = "oidc.expired"
        case notYetValid = "oidc.not_yet_valid"
        case issuedInFuture = "oidc.issued_in_future"
        case lifetimeTooLong = "oidc.lifetime_too_long"
        case nonceMismatch = "oidc.nonce_mismatch"
        case accessTokenMismatch = "oidc.access_token_mismatch"
        case authenticationTooOld = "oidc.authentication_too_old"

        /// A public key of an agent is refused.
        case invalidKey = "oidc.invalid_key"

        package var kind: Kind {
            switch self {
            case .unreachable, .timedOut, .badAnswer, .answerTooLarge, .providerBusy: .unavailable
            case .invalidConfiguration, .insecureURL, .discoveryMismatch, .unsupportedProvider, .clientRefused:
                .misconfigured
            default: .refused
            }
        }
    }
}

/// An error as OAuth's answers carry it: foreign text, bounded and without control characters.
package struct ProviderAnswer: Sendable, Hashable {
    package let error: String
    package let details: String?

    package init(error: String, details: String? = nil) {
        self.error = Self.harmless(error, limit: 64)
        self.details = details.map { Self.harmless($0, limit: 512) }
    }

    private static func harmless(_ text: String, limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            // Formatting characters turn the direction of a log's line.
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: continue
            default: kept.append(scalar)
            }
        }
        return String(kept)
    }
}

extension OIDCError {
    /// What an `error` in an authorization response, or in a token response, means to us.
    package static func answered(_ answer: ProviderAnswer) -> OIDCError {
        let code: Code =
            switch answer.error {
            case "server_error", "temporarily_unavailable": .providerBusy
            case "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
                "unsupported_response_type":
                .clientRefused
            default: .providerRefused
            }
        let details = answer.details.map { ", \"\($0)\"" } ?? ""
        return OIDCError(code, "the provider answered \"\(answer.error)\"\(details)", answer: answer)
    }
}
