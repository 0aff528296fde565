/// Why Redis gave no answer, or that its answer was an error. Holds no argument of any command.
package struct RedisError: Error, Sendable, Hashable {
    package enum Code: Sendable, Hashable {
        /// Redis answered with an error reply; the prefix is its first word, such as `WRONGTYPE`, `NOAUTH` or `ERR`.
        case server(_ prefix: String)
        /// There is no connection. The command was not sent.
        case connectionFailed
        /// The connection broke after the command was sent: it may or may not have taken effect.
        case connectionLost
        /// No answer in time. If the command was sent it may or may not have taken effect.
        case timedOut
        /// Too many commands are waiting. The command was not sent.
        case overloaded
        /// The client was closed. The command was not sent.
        case closed
        /// The other side does not speak the Redis protocol, or sent more than was asked for.
        case protocolError
        /// The configured URL names no Redis.
        case invalidURL
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether Redis could not be asked, rather than refused: what fails now may work in a moment.
    package var isUnavailable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timedOut, .overloaded, .closed: true
        case .server(let prefix): Self.passingPrefixes.contains(prefix)
        case .protocolError, .invalidURL: false
        }
    }

    /// What Redis answers while it loads, runs a long script, fails over or waits for its master.
    private static let passingPrefixes: Set<String> = [
        "LOADING", "BUSY", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS",
    ]
}

extension RedisError {
    /// An error reply, such as `WRONGTYPE Operation against a key holding the wrong kind of value`.
    ///
    /// Redis quotes what it was sent (`ERR unknown command 'x', with args beginning with: …`), so the message ends
    /// where a quote begins.
    init(reply: some StringProtocol) {
        let prefix = reply.prefix { $0 != " " }
        let quotes: Set<Character> = ["'", "`", "\""]
        let safe = reply.prefix { !quotes.contains($0) }
        self.init(.server(String(prefix)), safe.count < reply.count ? "\(safe)…" : String(safe))
    }
}

extension RedisError: CustomStringConvertible {
    package var description: String {
        if case .server = code { message } else { "\(code): \(message)" }
    }
}
