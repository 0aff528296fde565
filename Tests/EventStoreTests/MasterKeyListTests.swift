import Crypto
import EventStore
import Foundation
import Testing

struct MasterKeyListTests {
    private static let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let key = MasterKey(SymmetricKey(data: Array(UInt8(0)..<32)))

    @Test func `the digits of one key alone are a list`() throws {
        let list = try MasterKeyList(text: Self.hex + "\n")
        #expect(list == MasterKeyList(Self.key))
        #expect(list.text == "\(Self.key.id) \(Self.hex) current\n")
        #expect(try MasterKeyList(text: list.text) == list)
    }

    @Test func `a key waits, is used, is replaced, and goes`() throws {
        var list = MasterKeyList(Self.key)
        let new = MasterKey.random()
        try list.add(new)
        #expect(list.current == Self.key, "what is added waits")
        try list.use("\(new.id)", at: Self.now)
        #expect(list.current == new)
        #expect(list.entries.map(\.state) == [.current, .replaced(Self.now)])
        #expect(try MasterKeyList(text: list.text) == list)
        let commas = list.text.split(separator: "\n").joined(separator: ",")
        #expect(try MasterKeyList(text: commas) == list, "as in a variable of the environment")
        let again = list
        try list.use("\(new.id)", at: Self.now.addingTimeInterval(60))
        #expect(list == again, "to use what is used changes nothing")

        let old = "\(Self.key.id)"
        let end = Self.now.addingTimeInterval(14 * 86_400)
        #expect(throws: MasterKeyList.Fault.isCurrent(new.id)) {
            try list.retirable("\(new.id)", at: end, isEarly: true)
        }
        #expect(throws: MasterKeyList.Fault.tooYoung(Self.key.id, until: end)) {
            try list.retirable(old, at: end.addingTimeInterval(-1), isEarly: false)
        }
        #expect(try list.retirable(old, at: Self.now, isEarly: true) == Self.key)
        #expect(try list.retirable(old, at: end, isEarly: false) == Self.key)
        list.remove(Self.key)
        list.remove(new)
        #expect(list == MasterKeyList(new), "the current one never goes")
    }

    @Test func `what is no list is refused without quoting it`() throws {
        let id = Self.key.id
        let faults: [(String, MasterKeyList.Fault)] = [
            ("", .notOneCurrent), ("zq\(Self.hex.dropFirst(2))", .malformed(line: 1)),
            (String(Self.hex.dropLast()), .malformed(line: 1)), (Self.hex + "00", .malformed(line: 1)),
            ("\(id) \(Self.hex) waiting", .notOneCurrent), ("\(Self.hex)\n\(Self.hex)", .notOneCurrent),
            ("\(id) \(Self.hex) waiting\n\(Self.hex)", .repeated(id)),
            ("\n00000000 \(Self.hex) current", .otherID(line: 2)), ("\(id) \(Self.hex) old", .malformed(line: 1)),
            ("\(id) \(Self.hex) replaced yesterday", .malformed(line: 1)),
        ]
        for (text, fault) in faults {
            #expect(throws: fault, "\(text)") { try MasterKeyList(text: text) }
            #expect(!fault.description.contains(Self.hex.prefix(16)))
        }
    }
}
