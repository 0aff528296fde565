internal import CPostgres

/// What libpq thinks of a conninfo before it connects: what it says of a malformed one quotes it, with the password in it.
enum Conninfo {
    /// Nil if it can be read.
    static func fault(in conninfo: String) -> String? {
        let isURI = conninfo.hasPrefix("postgresql://") || conninfo.hasPrefix("postgres://")
        // Anything else is the name of a database.
        guard isURI || conninfo.contains("=") else { return nil }
        // The part behind a second @ would be looked up, and be named, as the host.
        if isURI, conninfo.split(separator: "/", maxSplits: 3).dropFirst().first?.count(where: { $0 == "@" }) ?? 0 > 1 {
            return "the Postgres URI has an @ that is not written as %40"
        }
        var message: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(conninfo, &message)
        PQfreemem(message)
        guard let options else {
            return "the Postgres conninfo is malformed; it is not shown, since it may hold a password"
        }
        PQconninfoFree(options)
        return nil
    }
}
