internal import Crypto
package import Foundation

extension UUID {
    /// A new UUIDv7 (RFC 9562 5.7): milliseconds since 1970, then 74 random bits. Time-ordered, so that indexes stay warm.
    package static func v7(at now: Date = Date()) -> UUID {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        var generator = SystemRandomNumberGenerator()
        let (a, b) = (generator.next(), generator.next())
        return UUID(high: milliseconds << 16 | 0x7000 | a & 0x0FFF, low: 0x8000_0000_0000_0000 | b >> 2)
    }

    /// The UUIDv8 (RFC 9562 5.8) that these parts always give, so that a retry derives the same identifier.
    /// Parts are length-prefixed: `("ab", "c")` and `("a", "bc")` differ.
    package static func derived(_ namespace: String, _ parts: [UInt8]...) -> UUID {
        var hash = SHA256()
        for part in [Array(namespace.utf8)] + parts {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        let digest = Array(hash.finalize())
        let high = digest[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = digest[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return UUID(high: high & ~0xF000 | 0x8000, low: low & ~(3 << 62) | 1 << 63)
    }

    /// The sixteen bytes, most significant first.
    package var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }

    /// The identifier of sixteen bytes, or nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes) }
        self.init(uuid: raw)
    }

    private init(high: UInt64, low: UInt64) {
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &raw) {
            $0.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        self.init(uuid: raw)
    }
}
