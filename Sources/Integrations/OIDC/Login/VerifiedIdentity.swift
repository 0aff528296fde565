package import Foundation

/// Who somebody is, as a provider vouches for it. `issuer` and `subject` together are the one lasting name; everything else
/// may change or be given to somebody else.
package struct VerifiedIdentity: Sendable, Hashable {
    package let issuer: String
    package let subject: String
    package let email: String?
    /// Whether the provider says that the address is theirs, or says nothing of that and is trusted to give none that is not. Without it
    /// the address proves nothing.
    package let emailIsVerified: Bool
    package let name: String?
    package let preferredUsername: String?
    /// https only.
    package let picture: String?
    package let authenticatedAt: Date?
    /// The provider's session, which a logout token may name.
    package let sessionID: String?
    /// `acr` and `amr`: how it was made sure of.
    package let authenticationContext: String?
    package let authenticationMethods: [String]
    /// As it came, for the hint at logout.
    package let idToken: String
}

extension VerifiedIdentity: CustomStringConvertible, CustomDebugStringConvertible {
    /// Without the token and without what is personal.
    package var description: String { "\(subject) of \(issuer)" }
    package var debugDescription: String { description }
}

/// What describes a person, from the ID token or from userinfo.
struct Profile {
    let email: String?
    let emailIsVerified: Bool
    let name: String?
    let preferredUsername: String?
    let picture: String?

    /// - Parameter trustsEmail: whether an address is verified of which it is not said.
    init(_ claims: TokenClaims, trustsEmail: Bool) {
        // RFC 5321: 64 + 1 + 255.
        email = claims.description("email", limit: 320).flatMap { $0.contains("@") ? $0 : nil }
        let isVerified =
            switch claims.members["email_verified"] {
            case .bool(true), .string("true"): true
            case nil: trustsEmail
            default: false
            }
        emailIsVerified = email != nil && isVerified
        name = claims.description("name", limit: 512)
        preferredUsername = claims.description("preferred_username", limit: 512)
        picture = claims.description("picture", limit: 2048).flatMap { $0.hasPrefix("https://") ? $0 : nil }
    }

    private init(_ first: Profile, _ second: Profile) {
        // The address and its proof come from the same document.
        (email, emailIsVerified) =
            first.email != nil ? (first.email, first.emailIsVerified) : (second.email, second.emailIsVerified)
        name = first.name ?? second.name
        preferredUsername = first.preferredUsername ?? second.preferredUsername
        picture = first.picture ?? second.picture
    }

    func completed(by other: Profile) -> Profile { Profile(self, other) }
}
