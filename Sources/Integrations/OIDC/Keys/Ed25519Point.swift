/// Whether 32 bytes are a public key that means something. Crypto takes any 32 bytes: under one of the few points of small
/// order anybody can sign, and one off the curve verifies nothing.
enum Ed25519Point {
    /// RFC 8032 §5.1.3, and more: the encoding is canonical and the point is not of small order.
    static func isUsable(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 32 else { return false }
        var bytes = bytes
        // The sign of x.
        bytes[31] &= 0x7F
        guard let y = FieldElement(bytes), !smallOrders.contains(bytes) else { return false }
        // -x² + y² = 1 + dx²y² with d = -121665/121666, so x² is a fraction. It is a square if the product of its two halves
        // is one.
        let square = y * y
        let over = (square - FieldElement(1)) * FieldElement(121_666)
        let under = FieldElement(121_666) - square * FieldElement(121_665)
        return (over * under).isSquare
    }

    /// y of the points whose order divides 8: 1, -1, 0 and those of order 8.
    private static let smallOrders: Set<[UInt8]> = [
        [1] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [UInt8](repeating: 0, count: 32),
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
}

/// An integer modulo p = 2²⁵⁵ - 19, in five limbs of 51 bits. For public values only: its time depends on them.
struct FieldElement {
    private static let mask: UInt64 = (1 << 51) - 1

    private var limbs: [UInt64]

    init(_ small: UInt64) { limbs = [small, 0, 0, 0, 0] }

    /// 32 bytes, the least first; nil unless they are less than p.
    init?(_ bytes: [UInt8]) {
        limbs = (0..<5).map { limb in
            (0..<51).reduce(into: 0) { value, bit in
                let place = limb * 51 + bit
                value |= UInt64(bytes[place / 8] >> UInt8(place % 8) & 1) << UInt64(bit)
            }
        }
        guard bytes[31] < 0x80, canonical == limbs else { return nil }
    }

    private init(carrying wide: [UInt128]) {
        var wide = wide
        // Twice, since what leaves the top comes in again at the bottom.
        for _ in 0..<2 {
            var carry: UInt128 = 0
            for index in 0..<5 {
                wide[index] += carry
                carry = wide[index] >> 51
                wide[index] &= UInt128(Self.mask)
            }
            wide[0] += carry * 19
        }
        limbs = wide.map { UInt64($0) }
    }

    static func * (one: FieldElement, other: FieldElement) -> FieldElement {
        var wide = [UInt128](repeating: 0, count: 5)
        for i in 0..<5 {
            for j in 0..<5 {
                // 2²⁵⁵ is 19.
                let product = UInt128(one.limbs[i]) * UInt128(other.limbs[j])
                wide[(i + j) % 5] += i + j < 5 ? product : product * 19
            }
        }
        return FieldElement(carrying: wide)
    }

    /// By adding 4p first, so that no limb goes below zero.
    static func - (one: FieldElement, other: FieldElement) -> FieldElement {
        let multiple: [UInt128] = [(1 << 53) - 76] + [UInt128](repeating: (1 << 53) - 4, count: 4)
        return FieldElement(
            carrying: (0..<5).map { UInt128(one.limbs[$0]) + multiple[$0] - UInt128(other.limbs[$0]) }
        )
    }

    /// Euler's criterion: its power of (p - 1)/2 = 2²⁵⁴ - 10 is 1, or it is 0.
    var isSquare: Bool {
        var power = FieldElement(1)
        for bit in (0..<254).reversed() {
            power = power * power
            if bit != 0 && bit != 3 { power = power * self }
        }
        return power.canonical == [1, 0, 0, 0, 0] || power.canonical == [0, 0, 0, 0, 0]
    }

    /// The limbs of the one representative below p.
    private var canonical: [UInt64] {
        var limbs = limbs
        // 1 if 19 more would reach 2²⁵⁵, that is if it is not below p.
        var excess: UInt64 = 19
        for limb in limbs { excess = (limb + excess) >> 51 }
        limbs[0] += 19 * excess
        for index in 0..<4 {
            limbs[index + 1] += limbs[index] >> 51
            limbs[index] &= Self.mask
        }
        limbs[4] &= Self.mask
        return limbs
    }
}
