package import Crypto
internal import Foundation

/// The installation's root secret: 32 random bytes, hex in a file. Keys for each purpose are derived from it (HKDF-SHA256, RFC 5869).
package struct MasterKey: Sendable {
    package enum LoadError: Error, CustomStringConvertible {
        case unreadable(path: String)
        case malformed(path: String)

        package var description: String {
            switch self {
            case .unreadable(let path): "cannot read the master key file \(path)"
            case .malformed(let path): "the master key file \(path) must hold 64 hexadecimal digits"
            }
        }
    }

    private let key: SymmetricKey

    package init(_ key: SymmetricKey) { self.key = key }

    /// Reads 64 hexadecimal digits from the file.
    package init(file path: String) throws(LoadError) {
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }
        let digits = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        var bytes: [UInt8] = []
        var rest = digits[...]
        while rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard bytes.count == 32, rest.isEmpty else { throw .malformed(path: path) }
        self.init(SymmetricKey(data: bytes))
    }

    /// The 32-byte key for one purpose, such as `subject-keys` or `realtime-cursor`.
    package func derived(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("daybook/\(purpose)".utf8), outputByteCount: 32)
    }
}
