package import Crypto
internal import Foundation

/// One of the installation's root secrets: 32 random bytes. Keys for each purpose are derived from it (HKDF-SHA256, RFC 5869).
package struct MasterKey: Sendable, Equatable {
    /// Four bytes that are derived from the key and tell nothing about it, as eight hexadecimal digits.
    package struct ID: Sendable, Hashable, CustomStringConvertible {
        package let bytes: [UInt8]

        /// Nil unless there are four.
        package init?(_ bytes: [UInt8]) {
            guard bytes.count == 4 else { return nil }
            self.bytes = bytes
        }

        package var description: String { bytes.hex }
    }

    package let id: ID
    private let key: SymmetricKey

    /// - Parameter key: of 256 bits.
    package init(_ key: SymmetricKey) {
        self.key = key
        let bytes = Self.derive("key-id", from: key, count: 4).withUnsafeBytes { Array($0) }
        guard let id = ID(bytes) else { preconditionFailure("four bytes are an id") }
        self.id = id
    }

    package static func random() -> MasterKey { MasterKey(SymmetricKey(size: .bits256)) }

    /// Nil unless there are 64 hexadecimal digits.
    init?(digits: Substring) {
        var bytes: [UInt8] = []
        var rest = digits
        while rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard bytes.count == 32, rest.isEmpty else { return nil }
        self.init(SymmetricKey(data: bytes))
    }

    /// As it stands in the file.
    var digits: String { key.withUnsafeBytes { $0.hex } }

    /// The 32-byte key for one purpose, such as `subject-keys` or `realtime-cursor`.
    package func derived(for purpose: String) -> SymmetricKey { Self.derive(purpose, from: key, count: 32) }

    private static func derive(_ purpose: String, from key: SymmetricKey, count: Int) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("daybook/\(purpose)".utf8), outputByteCount: count)
    }
}
