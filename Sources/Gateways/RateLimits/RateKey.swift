internal import Crypto

/// Names the meter of a rule and a subject without saying who the subject is.
///
/// There are so few addresses that all their digests can be made in a minute, hence a secret goes in.
struct RateKey: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    init(_ rule: RateRule, subject: String, secret: SymmetricKey) {
        // Lengths before texts, so that no two rules and subjects are written alike.
        let text = "\(rule.name.utf8.count) \(rule.name) \(rule.limit) \(rule.windowMS) \(subject)"
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: secret)
        (high, low) = code.withUnsafeBytes { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `daybook:limit:89f3…`
    var text: String { "daybook:limit:\(Self.hex(high))\(Self.hex(low))" }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
