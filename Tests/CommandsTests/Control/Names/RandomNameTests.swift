import Commands
import TestSupport
import Testing

struct RandomNameTests {
    /// Of each kind of character that is treated apart, and any.
    private static let pools: [[ClosedRange<UInt32>]] = [
        [0x20...0x7E],
        [0x61...0x7A, 0x30...0x39, 0x2D...0x2D],
        [0x61...0x7A, 0xC0...0x24F, 0x300...0x36F],
        [0x61...0x7A, 0x370...0x52F],
        [0x41...0x5A, 0xFF01...0xFF5E, 0x1D400...0x1D7FF],
        [0x3040...0x30FF, 0x4E00...0x4FFF, 0x61...0x7A],
        [0x1F300...0x1F6FF, 0xFE0F...0xFE0F, 0x200D...0x200D, 0x61...0x7A],
        [0x0...0xD7FF, 0xE000...0x10_FFFF],
    ]

    private static func text(_ random: inout Seeded, of length: Int) -> String {
        let ranges = random.pick(pools)
        var text = String.UnicodeScalarView()
        for _ in 0..<length { text.append(Unicode.Scalar(random.next(in: random.pick(ranges))) ?? "x") }
        return String(text)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `whatever is typed, a slug is one, and read again it is the same`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let text = Self.text(&random, of: Int(random.next() % 80))
            switch OrgName.check(text) {
            case .valid(let name):
                try expectForm(of: name.slug)
                #expect(OrgName.check(name.slug) == .valid(name))
                #expect(OrgName.check("  \(name.slug.uppercased())\n") == .valid(name))
                #expect(OrgName(slug: name.slug) == name)
            case .reserved(let slug):
                try expectForm(of: slug)
                #expect(OrgName.check(slug) == .reserved(slug: slug))
            case .invalid(let slug, let problem):
                #expect(problem.code.hasPrefix("name."))
                guard let slug else { continue }
                try expectForm(of: slug)
                #expect(OrgName.check(slug).name?.slug == slug)
            }
        }
    }

    @Test(arguments: ["a", "é", "e\u{301}", "а", "株", "\u{200B}", "🚀", "\u{FDFA}", "-", " ", "\u{10FFFF}"])
    func `10,000 characters take no time`(character: String) {
        let text = String(repeating: character, count: 10_000)
        _ = OrgName.check("warm")
        let elapsed = ContinuousClock().measure { #expect(OrgName.check(text).name == nil) }
        #expect(elapsed < .milliseconds(50))
    }

    private func expectForm(of slug: String) throws {
        #expect(try #/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])/#.wholeMatch(in: slug) != nil, "\(slug)")
        #expect(!slug.contains("--") && slug.contains { $0.isLetter }, "\(slug)")
    }
}

extension Seeded {
    fileprivate mutating func next(in range: ClosedRange<UInt32>) -> UInt32 {
        range.lowerBound + UInt32(next() % UInt64(range.count))
    }
}
