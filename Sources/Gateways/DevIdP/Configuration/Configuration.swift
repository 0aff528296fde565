internal import Foundation

extension DevIdP {
    /// What a provider is told by who starts it.
    package struct Configuration: Sendable {
        /// The URL under which relying parties know it, without a slash at the end; all routes lie below its path.
        package var issuer: String
        /// Where people and keys are kept. It is made if it is not there.
        package var folder: String
        package var clients: [Client]
        package var lifetimes = Lifetimes()
        /// How long a key signs until the next one does.
        package var rotation: Duration = .seconds(24 * 60 * 60)
        /// What ID tokens are signed with. Every relying party knows RS256.
        package var algorithm: SigningAlgorithm = .rs256

        package init(issuer: String, folder: String, clients: [Client]) {
            self.issuer = issuer
            self.folder = folder
            self.clients = clients
        }
    }

    /// A relying party.
    package struct Client: Sendable, Hashable {
        package var id: String
        /// Nil: a public client, which has nothing but PKCE.
        package var secret: String?
        /// What people read on the pages; its id, if it is not given.
        package var name: String?
        /// Where answers may go, compared byte by byte.
        package var redirectURIs: [String]
        /// Where a browser may go after a logout, compared byte by byte.
        package var postLogoutRedirectURIs: [String]
        /// Where it wants to hear of the end of a session (OpenID Connect Back-Channel Logout).
        package var backChannelLogoutURI: String?

        package init(
            id: String,
            secret: String? = nil,
            name: String? = nil,
            redirectURIs: [String],
            postLogoutRedirectURIs: [String] = [],
            backChannelLogoutURI: String? = nil
        ) {
            self.id = id
            self.secret = secret
            self.name = name
            self.redirectURIs = redirectURIs
            self.postLogoutRedirectURIs = postLogoutRedirectURIs
            self.backChannelLogoutURI = backChannelLogoutURI
        }

        var shownName: String { name ?? id }
    }

    /// How long things are good for.
    package struct Lifetimes: Sendable, Hashable {
        package var code: Duration = .seconds(60)
        package var accessToken: Duration = .seconds(10 * 60)
        package var idToken: Duration = .seconds(10 * 60)
        /// From its issue; each refresh gives a new one.
        package var refreshToken: Duration = .seconds(30 * 24 * 60 * 60)
        /// How long a browser is remembered.
        package var session: Duration = .seconds(12 * 60 * 60)

        package init() {}
    }

    /// What is wrong with a configuration.
    package struct ConfigurationError: Error, CustomStringConvertible {
        package let description: String
    }
}

extension DevIdP.Configuration {
    /// What is used of it all the time, once it is found good.
    func validated() throws(DevIdP.ConfigurationError) -> (issuer: Issuer, clients: [String: DevIdP.Client]) {
        let issuer = try Issuer(self.issuer)
        var known: [String: DevIdP.Client] = [:]
        for client in clients {
            try client.validate()
            guard known.updateValue(client, forKey: client.id) == nil else {
                throw DevIdP.ConfigurationError(description: "the client \(client.id) is there twice")
            }
        }
        let durations = [
            ("the lifetime of codes", lifetimes.code), ("the lifetime of access tokens", lifetimes.accessToken),
            ("the lifetime of ID tokens", lifetimes.idToken),
            ("the lifetime of refresh tokens", lifetimes.refreshToken), ("the lifetime of sessions", lifetimes.session),
            ("the rotation of keys", rotation),
        ]
        for (name, duration) in durations where duration < .seconds(1) {
            throw DevIdP.ConfigurationError(description: "\(name) is shorter than a second: \(duration)")
        }
        return (issuer, known)
    }
}

extension DevIdP.Client {
    fileprivate func validate() throws(DevIdP.ConfigurationError) {
        func fault(_ text: String) -> DevIdP.ConfigurationError {
            DevIdP.ConfigurationError(description: "the client \(id): \(text)")
        }
        guard !id.isEmpty, id.isPlain(upTo: 200) else { throw fault("its id must be 1 to 200 ASCII characters") }
        if let secret {
            guard secret.utf8.count >= 8, secret.isPlain(upTo: 200) else {
                throw fault("its secret must be 8 to 200 ASCII characters")
            }
        }
        guard !redirectURIs.isEmpty else { throw fault("it has no redirect URI") }
        for uri in redirectURIs + postLogoutRedirectURIs where !Self.isRedirectURI(uri) {
            throw fault("\(uri) is no redirect URI: it must be absolute, of ASCII and without a fragment")
        }
        if let backChannelLogoutURI {
            guard let scheme = URLComponents(string: backChannelLogoutURI)?.scheme?.lowercased(),
                ["http", "https"].contains(scheme), Self.isRedirectURI(backChannelLogoutURI)
            else { throw fault("\(backChannelLogoutURI) is no http or https URI for a back-channel logout") }
        }
    }

    private static func isRedirectURI(_ uri: String) -> Bool {
        guard uri.isPlain(upTo: 2000), uri.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), !uri.contains("#"),
            let parts = URLComponents(string: uri, encodingInvalidCharacters: false),
            let scheme = parts.scheme?.lowercased()
        else { return false }
        switch scheme {
        case "http", "https": return parts.host?.isEmpty == false && parts.user == nil
        // A browser would run these.
        case "javascript", "data", "vbscript", "blob", "file": return false
        default: return true
        }
    }
}
