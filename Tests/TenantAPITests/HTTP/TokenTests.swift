import Crypto
import EventStore
import Events
import Foundation
import GatewayHTTP
import Sessions
import TestSupport
import Testing

struct TokenTests {
    private let key = MasterKeys(.random())
    private let tenant = Tenant(id: .v7(), partition: Partition(0))
    private let other = Tenant(id: .v7(), partition: Partition(0))

    private func session(_ tenant: Tenant, _ user: UserID = UserID()) -> Session {
        Session(
            id: .v7(),
            tenant: tenant,
            cell: "main",
            user: user,
            expiresAt: .now,
            basis: SessionBasis(roots: [], asOf: 0)
        )
    }

    @Test func `base64 for URLs is Foundation's without padding, in one spelling`() throws {
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max) }
            let text = Base64URL.encode(bytes)
            let padded = Data(bytes).base64EncodedString()
            #expect(text == padded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
            #expect(Base64URL.decode(text) == bytes)
        }
        for text in ["A", "AB", "AAB", "AA==", "A+AA", "A/AA", "AA A", "AAé"] { #expect(Base64URL.decode(text) == nil) }
    }

    @Test func `a position comes back from its token and does not show in it`() throws {
        let tokens = PositionTokens(masterKey: key)
        for position: Position in [0, 1, 4711, .max] {
            #expect(try tokens.open(tokens.seal(position, of: tenant), of: tenant) == position)
        }
        #expect(tokens.seal(1, of: tenant) == tokens.seal(1, of: tenant))
        #expect(tokens.seal(1, of: tenant).prefix(8) != tokens.seal(2, of: tenant).prefix(8))
    }

    @Test func `another tenant's, a changed and a made-up position are refused`() throws {
        let tokens = PositionTokens(masterKey: key)
        let token = tokens.seal(5, of: tenant)
        #expect(throws: Problem.self) { try tokens.open(token, of: other) }
        #expect(throws: Problem.self) {
            try PositionTokens(masterKey: MasterKeys(.random())).open(token, of: tenant)
        }
        for index in token.indices {
            var forged = token
            forged.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(throws: Problem.self) { try tokens.open(forged, of: tenant) }
        }
        for text in ["", "5", token + "A", String(token.dropLast()), token + "="] {
            #expect(throws: Problem.self) { try tokens.open(text, of: tenant) }
        }
    }

    @Test func `tokens and cursors outlive a change of the master key, and end with the key`() throws {
        let (keys, mine) = (try RotatedKeys(), PageCursors.Holder(session(tenant)))
        let start = PageCursors.Start(key: "seq-7", backwards: false)
        for (maker, reader) in [(keys.before, keys.after), (keys.after, keys.before)] {
            let token = PositionTokens(masterKey: maker).seal(5, of: tenant)
            #expect(try PositionTokens(masterKey: reader).open(token, of: tenant) == 5)
            let cursor = PageCursors(masterKey: maker).sign(start, of: ["messages"], for: mine)
            #expect(try PageCursors(masterKey: reader).open(cursor, of: ["messages"], for: mine) == start)
        }
        let token = PositionTokens(masterKey: keys.before).seal(5, of: tenant)
        #expect(throws: Problem.self) { try PositionTokens(masterKey: keys.later).open(token, of: tenant) }
        let cursor = PageCursors(masterKey: keys.before).sign(start, of: ["messages"], for: mine)
        #expect(throws: Problem.self) {
            try PageCursors(masterKey: keys.later).open(cursor, of: ["messages"], for: mine)
        }
    }

    @Test func `a cursor is good for its own list, tenant, user and filters only`() throws {
        let cursors = PageCursors(masterKey: key)
        let me = session(tenant)
        let mine = PageCursors.Holder(me)
        let start = PageCursors.Start(key: "seq-7", backwards: true)
        let cursor = cursors.sign(start, of: ["messages", "a"], for: mine)
        #expect(try cursors.open(cursor, of: ["messages", "a"], for: mine) == start)
        #expect(throws: Problem.self) { try cursors.open(cursor, of: ["messages", "b"], for: mine) }
        #expect(throws: Problem.self) { try cursors.open(cursor, of: ["messagesa"], for: mine) }
        #expect(throws: Problem.self) { try cursors.open(cursor, of: ["messages", "a"], for: .init(session(tenant))) }
        #expect(throws: Problem.self) {
            try cursors.open(cursor, of: ["messages", "a"], for: .init(session(other, me.user)))
        }
        for index in cursor.indices {
            var forged = cursor
            forged.replaceSubrange(index...index, with: cursor[index] == "A" ? "B" : "A")
            #expect(throws: Problem.self) { try cursors.open(forged, of: ["messages", "a"], for: mine) }
        }
    }
}
