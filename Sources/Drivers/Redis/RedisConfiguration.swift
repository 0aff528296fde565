import FoundationEssentials

/// Where Redis is and how long to wait for it. Printing it does not show the password.
package struct RedisConfiguration: Sendable {
    /// Longest time that connecting may take, name resolution not counted, and again that the handshake of TLS and logging
    /// in may take together.
    package var connectTimeout: Duration
    /// Longest time from sending commands to having all their replies.
    package var commandTimeout: Duration

    let address: Address
    /// Nil: nothing is encrypted.
    let tls: RedisTLS?
    let credentials: Credentials?
    let database: Int

    enum Address: Sendable, Equatable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    struct Credentials: Sendable {
        let user: String?
        let password: String
    }

    /// Reads `redis://[user:password@]host[:port][/database]`, the same with `rediss` for TLS, or
    /// `unix://[user:password@]/path/to.sock[?db=database]`.
    ///
    /// A `rediss` URL may have a query in the words of libpq: `sslmode` (`verify-full`, the default, `verify-ca` or
    /// `require`), `sslrootcert` (a file; otherwise the authorities that the system trusts), and `sslcert` with `sslkey`.
    ///
    /// - Throws: `invalidURL`; the message does not repeat the URL.
    package init(
        url: String,
        connectTimeout: Duration = .seconds(2),
        commandTimeout: Duration = .seconds(5)
    ) throws(RedisError) {
        guard let parts = URLComponents(string: url) else {
            throw RedisError(.invalidURL, "the Redis URL is not a URL")
        }
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        let user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        credentials = parts.password.map { Credentials(user: user, password: $0) }

        let databaseText: String?
        switch parts.scheme {
        case "redis", "rediss":
            guard let host = parts.host, !host.isEmpty, let port = UInt16(exactly: parts.port ?? 6379) else {
                throw RedisError(.invalidURL, "the Redis URL has no host or a wrong port")
            }
            // An IPv6 address is written in brackets in a URL and without them everywhere else.
            let name = host.trimming("[", "]")
            address = .tcp(host: name, port: port)
            if parts.scheme == "rediss" {
                tls = try RedisTLS(host: name, query: parts.queryItems ?? [])
            } else {
                tls = nil
            }
            databaseText = parts.path.count > 1 ? String(parts.path.dropFirst()) : nil
        case "unix":
            guard parts.host?.isEmpty ?? true, parts.path.count > 1 else {
                throw RedisError(.invalidURL, "the Redis URL has no absolute socket path (unix:///path/to.sock)")
            }
            address = .unix(path: parts.path)
            tls = nil
            databaseText = parts.queryItems?.first { $0.name == "db" }?.value
        default:
            throw RedisError(.invalidURL, "the Redis URL starts with none of redis://, rediss:// and unix://")
        }
        // Otherwise whoever forgot an s would believe that the connection is encrypted.
        if tls == nil, parts.queryItems?.contains(where: { $0.name.hasPrefix("ssl") }) == true {
            throw RedisError(.invalidURL, "the Redis URL asks for TLS and does not start with rediss://")
        }
        guard let database = databaseText.map({ Int($0) }) ?? 0, database >= 0 else {
            throw RedisError(.invalidURL, "the database in the Redis URL is not a number")
        }
        self.database = database
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch address {
        case .tcp(let host, let port): "\(tls == nil ? "redis" : "rediss")://\(host):\(port)/\(database)"
        case .unix(let path): "unix://\(path)?db=\(database)"
        }
    }

    package var debugDescription: String { description }

    // `dump` and logging of a value that contains this one look here, so the password is left out.
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}

extension String {
    fileprivate func trimming(_ first: Character, _ last: Character) -> String {
        self.first == first && self.last == last ? String(dropFirst().dropLast()) : self
    }
}
