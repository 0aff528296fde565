internal import Foundation

extension DevIdP {
    /// Why the provider must not start, and what to do; nil if it may.
    ///
    /// It signs anybody in as anybody, so it runs in development and within one machine, unless somebody says outright that it
    /// shall not.
    ///
    /// - Parameters:
    ///   - environment: what the installation is for; `development` is the one word that will do.
    ///   - host: the address to listen at.
    ///   - isForced: whether `--force` was given.
    package static func refusal(environment: String, host: String, isForced: Bool) -> String? {
        if isForced { return nil }
        let danger = "it signs anybody in as anybody, without a password"
        if environment != "development" {
            return """
                the development identity provider does not start in the environment "\(environment)": \(danger). \
                Use a real identity provider here, or set the environment to "development"; --force starts it all the same.
                """
        }
        if !isLoopback(host) {
            return """
                the development identity provider does not listen at \(host), where other machines could reach it: \(danger). \
                Listen at 127.0.0.1, ::1 or localhost; --force starts it all the same.
                """
        }
        return nil
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard inet_pton(AF_INET6, bare, &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
}
