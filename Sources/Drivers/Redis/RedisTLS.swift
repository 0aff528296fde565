import FoundationEssentials

/// How a connection is encrypted and whom it trusts: the query of a `rediss://` URL, in the words of libpq.
struct RedisTLS: Sendable, Equatable {
    enum Mode: String, Sendable {
        /// The certificate comes from an authority that is trusted, and is for the host of the URL.
        case verifyFull = "verify-full"
        /// The certificate comes from an authority that is trusted, for whatever host.
        case verifyAuthority = "verify-ca"
        /// Any certificate: nobody can listen, but anybody can be the server.
        case encrypt = "require"
    }

    /// What the server must prove to be: a name or an address.
    let host: String
    let mode: Mode
    /// The file with the authorities to trust; nil: those that the system trusts.
    let authorities: String?
    let identity: Identity?

    /// What a server that asks for a certificate is shown. The files are in PEM, the key without a password.
    struct Identity: Sendable, Equatable {
        let certificate: String
        let key: String
    }

    init(host: String, query: [URLQueryItem]) throws(RedisError) {
        var values: [String: String] = [:]
        for item in query {
            guard ["sslmode", "sslrootcert", "sslcert", "sslkey"].contains(item.name) else {
                throw RedisError(
                    .invalidURL,
                    "the Redis URL's query has more than sslmode, sslrootcert, sslcert and sslkey"
                )
            }
            guard let value = item.value, !value.isEmpty, values.updateValue(value, forKey: item.name) == nil else {
                throw RedisError(.invalidURL, "\(item.name) in the Redis URL has no value or is there twice")
            }
        }
        guard let mode = Mode(rawValue: values["sslmode"] ?? Mode.verifyFull.rawValue) else {
            throw RedisError(.invalidURL, "sslmode in the Redis URL is none of verify-full, verify-ca and require")
        }
        if mode == .encrypt, values["sslrootcert"] != nil {
            throw RedisError(.invalidURL, "with sslmode=require no certificate is checked, so sslrootcert has no use")
        }
        switch (values["sslcert"], values["sslkey"]) {
        case (let certificate?, let key?): identity = Identity(certificate: certificate, key: key)
        case (nil, nil): identity = nil
        default: throw RedisError(.invalidURL, "sslcert and sslkey belong together in the Redis URL")
        }
        self.host = host
        self.mode = mode
        authorities = values["sslrootcert"]
    }
}
