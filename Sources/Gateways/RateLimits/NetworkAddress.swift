internal import Glibc

/// An address as bytes: 4 of them, or 16. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
struct NetworkAddress: Sendable, Hashable {
    let bytes: [UInt8]

    /// Nil for what is no address.
    init?(_ text: some StringProtocol) {
        // No address is longer, and the system reads up to a zero. An interface behind % says nothing of who it is.
        let text = text.prefix { $0 != "%" }
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        if let bytes = Self.bytes(of: String(text), AF_INET, count: 4) {
            self.bytes = bytes
        } else if let bytes = Self.bytes(of: String(text), AF_INET6, count: 16) {
            self.bytes = bytes.starts(with: Self.mapped) ? Array(bytes.suffix(4)) : bytes
        } else {
            return nil
        }
    }

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private static func bytes(of text: String, _ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Who is behind it, as far as it tells: an IPv4 address itself; of an IPv6 address the first 64 bits, since whoever has one
    /// has all that begin so.
    var subject: String {
        if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}

/// The addresses that begin alike, such as `10.0.0.0/8`.
struct Network: Sendable, Hashable {
    private let address: NetworkAddress
    private let bits: Int

    /// - Parameter text: an address, or one with the number of bits that count.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = NetworkAddress(parts[0]) else { return nil }
        let whole = address.bytes.count * 8
        guard let bits = parts.count == 1 ? whole : Int(parts[1]), (0...whole).contains(bits) else { return nil }
        (self.address, self.bits) = (address, bits)
    }

    func contains(_ other: NetworkAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        return (0..<(bits + 7) / 8).allSatisfy { index in
            let left = min(8, bits - index * 8)
            return (other.bytes[index] ^ address.bytes[index]) >> (8 - left) == 0
        }
    }
}
