/// What two names have in common that a person takes for the same.
///
/// A name is shown as its owner typed it, in any font and case, often at a glance; and it is read aloud and typed
/// again. Hence:
///
/// | alike | why | what it costs |
/// |---|---|---|
/// | hyphens, none, elsewhere | `open-ai` and `openai` are one name when spoken | `the-rapist`, of which there is one |
/// | `0` `o` | one skeleton in UTS #39 | nothing: no word has a 0 |
/// | `1` `l` `i` | one in UTS #39, by way of `I`, which owners may type and fonts draw as `l` | mail and mall |
/// | `m` `rn` | one in UTS #39 | modem and modern, bum and burn |
/// | `w` `vv` | not in UTS #39, and not to be told apart in a narrow font | savvy and sawy |
/// | `5` `s` before a letter, unless a digit or a hyphen is before it | `micro5oft`, `5lack` | not `studio5` and `studios` |
///
/// Not alike, since honest names would clash more often than a person is deceived: `cl` and `d` (click, clock), `nn`
/// and `m`, `g` and `q` (guest and quest), `u` and `v`, doubled letters (books and boks), and digits that resemble a
/// letter only in jest (`3` and `e`, `4` and `a`, `8` and `b`).
///
/// The longer form is kept (`m` becomes `rn`, never the other way round), as in UTS #39: `vvv` would otherwise be two
/// things.
enum NameSkeleton {
    static func of(_ slug: String) -> String {
        let slug = Array(slug.utf8)
        var skeleton: [UInt8] = []
        skeleton.reserveCapacity(slug.count * 2)
        for (index, byte) in slug.enumerated() {
            switch byte {
            case .hyphen: break
            case UInt8(ascii: "0"): skeleton.append(UInt8(ascii: "o"))
            case UInt8(ascii: "1"), UInt8(ascii: "i"): skeleton.append(UInt8(ascii: "l"))
            case UInt8(ascii: "m"): skeleton += "rn".utf8
            case UInt8(ascii: "w"): skeleton += "vv".utf8
            case UInt8(ascii: "5") where isReadAsLetter(index, in: slug): skeleton.append(UInt8(ascii: "s"))
            default: skeleton.append(byte)
            }
        }
        return String(decoding: skeleton, as: UTF8.self)
    }

    private static func isReadAsLetter(_ index: Int, in slug: [UInt8]) -> Bool {
        let (before, after) = (index - 1, index + 1)
        return after < slug.count && slug[after].isLowercaseLetter && (before < 0 || slug[before].isLowercaseLetter)
    }
}
