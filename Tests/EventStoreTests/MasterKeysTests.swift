import Crypto
import EventStore
import Foundation
import Testing

struct MasterKeysTests {
    private let data = SymmetricKey(size: .bits256)
    private let context = Array("context".utf8)

    /// With the first key current and all others as said.
    private static func list(_ current: MasterKey, waiting: [MasterKey] = []) throws -> MasterKeyList {
        var list = MasterKeyList(current)
        for key in waiting { try list.add(key) }
        return list
    }

    private static func replaced(_ old: MasterKey, by new: MasterKey) throws -> MasterKeyList {
        var list = try list(old, waiting: [new])
        try list.use("\(new.id)", at: Date(timeIntervalSince1970: 0))
        return list
    }

    private static func withFile(_ list: MasterKeyList, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "master-\(UUID().uuidString).key").path
        try Data(list.text.utf8).write(to: URL(filePath: file))
        // What is left of it lies where the system clears up.
        defer { try? FileManager.default.removeItem(atPath: file) }
        try body(file)
    }

    @Test func `each process opens what the other wraps, before and after the change`() throws {
        let (old, new) = (MasterKey.random(), MasterKey.random())
        let stages = [
            try MasterKeys(Self.list(old)), try MasterKeys(Self.list(old, waiting: [new])),
            try MasterKeys(Self.replaced(old, by: new)),
        ]
        // Neighbours in time, in both directions.
        for (writer, reader) in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)] {
            let wrapped = stages[writer].wrap(data, for: "test", in: context)
            #expect(try stages[reader].unwrap(wrapped, for: "test", in: context) == data, "\(writer) to \(reader)")
        }
        let wrapped = stages[2].wrap(data, for: "test", in: context)
        #expect(throws: KeyFault.unknown(new.id)) { try stages[0].unwrap(wrapped, for: "test", in: context) }
    }

    @Test func `what was wrapped when keys had no ids opens under any of them`() throws {
        let (old, new) = (MasterKey.random(), MasterKey.random())
        let box = try AES.GCM.seal(
            data.withUnsafeBytes { Array($0) },
            using: old.derived(for: "test"),
            authenticating: context
        )
        let wrapped = Array(try #require(box.combined))
        #expect(try MasterKeys(Self.replaced(old, by: new)).unwrap(wrapped, for: "test", in: context) == data)
        #expect(throws: KeyFault.unopenable) { try MasterKeys(new).unwrap(wrapped, for: "test", in: context) }
    }

    @Test func `no bit of what is wrapped can be changed, nor its purpose or context`() throws {
        let keys = MasterKeys(.random())
        let wrapped = keys.wrap(data, for: "test", in: context)
        #expect(wrapped.count == 65)
        for place in wrapped.indices {
            var changed = wrapped
            changed[place] ^= 0x40
            #expect(throws: KeyFault.self, "byte \(place)") { try keys.unwrap(changed, for: "test", in: context) }
        }
        #expect(throws: KeyFault.unopenable) { try keys.unwrap(wrapped, for: "other", in: context) }
        #expect(throws: KeyFault.unopenable) { try keys.unwrap(wrapped, for: "test", in: context + [0]) }
        for count in [0, 5, 60, 64] {
            #expect(throws: KeyFault.unopenable) {
                try keys.unwrap(Array(wrapped.prefix(count)), for: "test", in: context)
            }
        }
    }

    @Test func `a key of a file that has changed is found when it is met`() throws {
        let (old, new) = (MasterKey.random(), MasterKey.random())
        try Self.withFile(Self.list(old)) { file in
            let (early, late) = (try MasterKeys(file: file), try MasterKeys(file: file))
            try Data(try Self.replaced(old, by: new).text.utf8).write(to: URL(filePath: file))
            #expect(try early.reload())
            #expect(try early.reload() == false)
            let wrapped = early.wrap(data, for: "test", in: context)
            #expect(try late.unwrap(wrapped, for: "test", in: context) == data)
            #expect(late.list.current == new)
        }
    }

    @Test func `a file that cannot be used leaves the keys as they were`() throws {
        let key = MasterKey.random()
        try Self.withFile(Self.list(key)) { file in
            let keys = try MasterKeys(file: file)
            for text in ["", "nonsense", try Self.list(.random()).text] {
                try Data(text.utf8).write(to: URL(filePath: file))
                #expect(throws: MasterKeys.LoadError.self) { try keys.reload() }
                #expect(keys.list == MasterKeyList(key))
            }
            try FileManager.default.removeItem(atPath: file)
            #expect(throws: MasterKeys.LoadError.self) { try keys.reload() }
            #expect(keys.list == MasterKeyList(key))
            try Data(keys.list.text.utf8).write(to: URL(filePath: file))
        }
    }

    @Test func `derived keys follow the list`() throws {
        let (old, new) = (MasterKey.random(), MasterKey.random())
        try Self.withFile(Self.list(old, waiting: [new])) { file in
            let keys = try MasterKeys(file: file)
            #expect(keys.derived(for: "test").all == [old, new].map { $0.derived(for: "test") })
            try Data(try Self.replaced(old, by: new).text.utf8).write(to: URL(filePath: file))
            try keys.reload()
            #expect(keys.derived(for: "test").current == new.derived(for: "test"))
            #expect(keys.derived(for: "test").all == [new, old].map { $0.derived(for: "test") })
        }
    }
}
