/// Addresses as subjects of limits.
package enum ClientAddress {
    /// Who is behind an address: an IPv4 address itself, of an IPv6 address its first 64 bits.
    ///
    /// What is no address is one subject, `unknown`: it is limited, too.
    package static func subject(_ address: String) -> String { NetworkAddress(address)?.subject ?? "unknown" }
}
