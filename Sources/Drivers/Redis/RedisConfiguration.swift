import FoundationEssentials

/// Where Redis is and how long to wait for it. Printing it does not show the password.
package struct RedisConfiguration: Sendable {
    /// Longest time that opening a connection may take; name resolution is not counted.
    package var connectTimeout: Duration
    /// Longest time from sending commands to having all their replies.
    package var commandTimeout: Duration

    let address: Address
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

    /// Reads `redis://[user:password@]host[:port][/database]` or `unix://[user:password@]/path/to.sock[?db=database]`.
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
        case "redis":
            guard let host = parts.host, !host.isEmpty, let port = UInt16(exactly: parts.port ?? 6379) else {
                throw RedisError(.invalidURL, "the Redis URL has no host or a wrong port")
            }
            // An IPv6 address is written in brackets in a URL and without them everywhere else.
            address = .tcp(host: host.trimming("[", "]"), port: port)
            databaseText = parts.path.count > 1 ? String(parts.path.dropFirst()) : nil
        case "unix":
            guard parts.host?.isEmpty ?? true, parts.path.count > 1 else {
                throw RedisError(.invalidURL, "the Redis URL has no absolute socket path (unix:///path/to.sock)")
            }
            address = .unix(path: parts.path)
            databaseText = parts.queryItems?.first { $0.name == "db" }?.value
        default:
            throw RedisError(.invalidURL, "the Redis URL starts with neither redis:// nor unix://")
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
        case .tcp(let host, let port): "redis://\(host):\(port)/\(database)"
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
