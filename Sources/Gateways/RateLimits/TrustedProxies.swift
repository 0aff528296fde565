/// The proxies before the gateways, which are believed when they say for whom they speak. Anybody else's word counts for nothing.
///
/// Each proxy writes at the end whom it was asked by. So from the right, what a trusted proxy has written is true:
///
///     10.0.0.7 asks, with X-Forwarded-For: 1.2.3.4, 192.0.2.9, 10.0.0.3      trusted: 10.0.0.0/8
///                                          made up  client     a proxy
package struct TrustedProxies: Sendable {
    /// Where they say it. One alone is looked at: a proxy passes on the other as the client has sent it.
    package enum Header: String, CaseIterable, Sendable {
        case xForwardedFor = "x-forwarded-for"
        /// RFC 7239.
        case forwarded
    }

    package let header: Header
    private let networks: [Network]

    package static let none = TrustedProxies(header: .xForwardedFor, networks: [])

    private init(header: Header, networks: [Network]) {
        self.header = header
        self.networks = networks
    }

    /// Nil if something in the list is neither an address nor a network.
    ///
    /// - Parameter list: such as `10.0.0.0/8, ::1`.
    package init?(_ list: String, by header: Header) {
        var networks: [Network] = []
        for item in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let network = Network(item.trimmed) else { return nil }
            networks.append(network)
        }
        self.init(header: header, networks: networks)
    }

    package var isEmpty: Bool { networks.isEmpty }

    /// The client: the right-most address that is no trusted proxy's, or the left-most of all. Where a proxy has written what is
    /// no address, the proxy.
    ///
    /// - Parameters:
    ///   - peer: who has connected.
    ///   - fields: the header's, in the order in which they came.
    package func client(of peer: String, telling fields: [String]) -> String {
        guard var client = NetworkAddress(peer), trusts(client) else { return peer }
        var text = peer
        for element in fields.flatMap({ Self.elements(of: $0) }).reversed() {
            guard let (name, address) = address(in: element) else { return text }
            (text, client) = (name, address)
            if !trusts(client) { break }
        }
        return text
    }

    private func trusts(_ address: NetworkAddress) -> Bool { networks.contains { $0.contains(address) } }

    /// Those between commas that are in no quotes.
    private static func elements(of field: String) -> [Substring] {
        var isQuoted = false
        return field.utf8.split(omittingEmptySubsequences: true) { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return byte == UInt8(ascii: ",") && !isQuoted
        }.map { Substring($0).trimmed }
    }

    private func address(in element: Substring) -> (text: String, NetworkAddress)? {
        switch header {
        case .xForwardedFor: return Self.node(element)
        case .forwarded:
            for pair in element.split(separator: ";") {
                let pair = pair.trimmed
                guard pair.utf8.count <= 64, pair.prefix(4).lowercased() == "for=" else { continue }
                return Self.node(pair.dropFirst(4).filter { $0 != "\"" }[...])
            }
            return nil
        }
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
    private static func node(_ text: Substring) -> (text: String, NetworkAddress)? {
        guard text.utf8.count <= 64 else { return nil }
        let host =
            if text.hasPrefix("[") {
                text.dropFirst().prefix { $0 != "]" }
            } else if text.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 {
                text.prefix { $0 != ":" }
            } else {
                text
            }
        return NetworkAddress(host).map { (String(host), $0) }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
