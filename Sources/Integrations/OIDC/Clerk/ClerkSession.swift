package import Foundation

/// What a session token of Clerk says (version 2 of its claims).
package struct ClerkSession: Sendable, Hashable {
    package struct Organization: Sendable, Hashable {
        package let id: String
        package let slug: String?
        /// Such as `admin`, without the prefix `org:`.
        package let role: String
        /// Such as `org:projects:manage`.
        package let permissions: Set<String>
    }

    package let issuer: String
    package let userID: String
    package let sessionID: String
    /// The origin that it was made for, if the token says so.
    package let authorizedParty: String?
    /// The user has something left to do, such as choosing an organization: good for nothing that belongs to one.
    package let isPending: Bool
    package let organization: Organization?
    /// Who acts in the user's name, if somebody does.
    package let impersonatorID: String?
    package let expiresAt: Date

    /// - Parameter claims: of a token whose signature, issuer and times have been verified.
    init(_ claims: TokenClaims, end: Double) throws(OIDCError) {
        // Version 1 has its organization elsewhere, and would seem to have none.
        guard claims.members["v"]?.number == 2 else {
            throw OIDCError(.invalidClaim, "the token has not version 2 of Clerk's claims")
        }
        issuer = try claims.requiredText("iss", limit: 2048)
        userID = try claims.requiredSubject()
        sessionID = try claims.requiredText("sid", limit: 256)
        authorizedParty = try claims.text("azp")
        isPending = try claims.text("sts") == "pending"
        expiresAt = Date(timeIntervalSince1970: end)
        if let actor = claims.members["act"] {
            guard let members = actor.object else { throw OIDCError(.invalidClaim, "the token's act is no object") }
            impersonatorID = try TokenClaims(members).requiredSubject()
        } else {
            impersonatorID = nil
        }
        organization = try Self.organization(claims)
    }

    private static func organization(_ claims: TokenClaims) throws(OIDCError) -> Organization? {
        guard let value = claims.members["o"] else { return nil }
        guard let members = value.object else { throw OIDCError(.invalidClaim, "the token's o is no object") }
        let organization = TokenClaims(members)
        return Organization(
            id: try organization.requiredText("id", limit: 256),
            slug: try organization.text("slg"),
            role: try organization.requiredText("rol", limit: 256),
            permissions: permissions(
                features: try claims.text("fea") ?? "",
                names: try organization.text("per") ?? "",
                maps: try organization.text("fpm") ?? ""
            )
        )
    }

    /// `fea` is `o:projects,u:beta`, `per` is `read,manage`, and `fpm` has one number for each feature of an organization:
    /// its lowest bit is for the first name in `per`.
    private static func permissions(features: String, names: String, maps: String) -> Set<String> {
        func list(_ text: String) -> [Substring] { text.split(separator: ",") }
        let features = list(features).compactMap { feature -> Substring? in
            let parts = feature.split(separator: ":", maxSplits: 1)
            return parts.count == 2 && parts[0].contains("o") ? parts[1] : nil
        }
        var permissions: Set<String> = []
        for (feature, map) in zip(features, list(maps)) {
            guard let map = UInt64(map) else { continue }
            for (bit, name) in list(names).prefix(64).enumerated() where map >> UInt64(bit) & 1 == 1 {
                permissions.insert("org:\(feature):\(name)")
            }
        }
        return permissions
    }
}
