import Events
import Foundation
import TestSupport
import Testing

struct JSONReaderTests {
    private struct Leaf: Codable, Equatable {
        var text: String?
        var number: Int64
        var flags: [Bool?]
        var id: UUID?
        var data: Data?
    }

    private enum Choice: Codable, Equatable {
        case plain
        case full(name: String, more: [Leaf]?)
    }

    private struct Tree: Codable, Equatable {
        var name: String
        var size: Double
        var small: UInt8?
        var leaves: [Leaf]
        var byName: [String: Choice]
        var rows: [[Int]]
    }

    private func read<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONReader.value(type, of: Array(text.utf8))
    }

    @Test func `random values read back as they were written, whoever wrote them`() throws {
        var random = Seeded(7)
        let pieces = ["a", "\"", "\\", "/", "\n", "\u{1}", "é", "😀", "\u{2028}", " ", "{", "]", "0"]
        func text() -> String {
            (0..<Int.random(in: 0...9, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
        }
        func leaf() -> Leaf {
            Leaf(
                text: Bool.random(using: &random) ? text() : nil,
                number: [.min, .max, 0, -1, 1 << 53, Int64.random(in: .min ... .max, using: &random)].randomElement(
                    using: &random
                )!,
                flags: [true, nil, false].shuffled(using: &random),
                id: Bool.random(using: &random) ? UUID() : nil,
                data: Bool.random(using: &random) ? Data(text().utf8) : nil
            )
        }
        func leaves() -> [Leaf] { (0..<Int.random(in: 0...3, using: &random)).map { _ in leaf() } }
        for _ in 0..<300 {
            let tree = Tree(
                name: text(),
                size: Double.random(in: -1e300...1e300, using: &random),
                small: [nil, 0, 255].randomElement(using: &random)!,
                leaves: leaves(),
                byName: [
                    text(): .plain,
                    text() + "x": .full(name: text(), more: Bool.random(using: &random) ? leaves() : nil),
                ],
                rows: [[], [1, 2], [-3]]
            )
            let pretty = JSONEncoder()
            pretty.outputFormatting = [.prettyPrinted, .sortedKeys]
            #expect(try JSONReader.value(Tree.self, of: Array(try pretty.encode(tree))) == tree)
            #expect(try JSONReader.value(Tree.self, of: try JSONWriter.bytes(of: tree)) == tree)
        }
    }

    /// Whatever one byte is changed: both find JSON in it, or neither, and the same.
    @Test func `it takes for JSON what Foundation does, but for a comma before a bracket`() throws {
        var random = Seeded(8)
        let text = Array(
            #" {"name" : "a\n\u00e9\ud83d\ude00b","size":-1.5e+3,"rows":[[1,20,-3],[]],"flag":[true,false,null]} "#.utf8
        )
        let strange = Array(#""\{}[]:,-+.eE0u tfn"#.utf8) + [0x01, 0x0A, 0x1F, 0x7F]
        var accepted = 0
        for _ in 0..<4000 {
            var changed = text
            let place = changed.indices.randomElement(using: &random)!
            switch Int.random(in: 0..<3, using: &random) {
            case 0: changed[place] = strange.randomElement(using: &random)!
            case 1: changed.remove(at: place)
            default: changed.insert(strange.randomElement(using: &random)!, at: place)
            }
            // The one thing that RFC 8259 does not have and Foundation takes.
            if String(decoding: changed, as: UTF8.self).contains(",]") { continue }
            let theirs = try? JSONDecoder().decode(JSON.self, from: Data(changed))
            let ours = try? JSONReader.value(JSON.self, of: changed)
            #expect(ours == theirs, "\(String(decoding: changed, as: UTF8.self).debugDescription)")
            accepted += ours == nil ? 0 : 1
        }
        #expect((200..<3800).contains(accepted))
    }

    @Test(arguments: [
        ("3.0", 3), ("-1e2", -100), ("2.50E1", 25), ("-0", 0), ("9007199254740993", 9_007_199_254_740_993),
    ])
    func `an integer is one however it is spelled`(_ text: String, _ number: Int64) throws {
        #expect(try read(Int64.self, text) == number)
    }

    @Test(arguments: ["1.5", "9223372036854775808", "1e30", "\"1\"", "true", "null"])
    func `what is no integer is none`(_ text: String) {
        #expect(throws: DecodingError.self) { try read(Int64.self, text) }
    }

    @Test func `a number beyond doubles is refused`() {
        #expect(throws: DecodingError.self) { try read(Double.self, "1e999") }
    }

    @Test func `an error says where it is`() throws {
        func path(_ text: String) -> String? {
            do {
                _ = try read(Tree.self, text)
                return nil
            } catch DecodingError.keyNotFound(let key, let context) {
                return "missing " + (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
            } catch DecodingError.typeMismatch(_, let context) {
                return "kind " + context.codingPath.map(\.stringValue).joined(separator: ".")
            } catch DecodingError.valueNotFound(_, let context) {
                return "null " + context.codingPath.map(\.stringValue).joined(separator: ".")
            } catch DecodingError.dataCorrupted(let context) {
                return "value " + context.codingPath.map(\.stringValue).joined(separator: ".")
            } catch { return "\(error)" }
        }
        let leaf = #"{"number":1,"flags":[]}"#
        func tree(_ leaves: String, byName: String = "{}", rows: String = "[]") -> String {
            #"{"name":"x","size":1,"leaves":\#(leaves),"byName":\#(byName),"rows":\#(rows)}"#
        }
        #expect(path(tree("[\(leaf)]")) == nil)
        #expect(path(tree("[\(leaf),{}]")) == "missing leaves.1.number")
        #expect(path(tree(#"[{"number":1,"flags":[true,1]}]"#)) == "kind leaves.0.flags.1")
        #expect(path(tree(#"[{"number":1,"flags":[],"id":"x"}]"#)) == "value leaves.0.id")
        #expect(path(tree("null")) == "null leaves")
        #expect(path(tree("[]", byName: #"{"a":{"full":{"name":1}}}"#)) == "kind byName.a.full.name")
        #expect(path(tree("[]", rows: "[[1],[2,3.5]]")) == "value rows.1.1")
        #expect(path("[]") == "kind ")
    }

    @Test func `names are compared as they are meant, not as they are spelled`() throws {
        let leaf = try read(Leaf.self, #"{"n\u0075mber":5,"flags":[],"te\u0078t":"\u0000"}"#)
        #expect(leaf == Leaf(text: "\0", number: 5, flags: []))
    }

    @Test func `nesting has an end`() {
        let deep = String(repeating: "[", count: 129) + String(repeating: "]", count: 129)
        #expect(throws: JSONDocument.Fault.self) { try read([Int].self, deep) }
        #expect(throws: JSONDocument.Fault.self) { try read([Int].self, String(repeating: "[", count: 1_000_000)) }
    }

    @Test(arguments: [[0x22, 0xC0, 0x80, 0x22], [0x31, 0x00], Array("[1,]".utf8)] as [[UInt8]])
    func `bytes that are not UTF-8, an end of C's and one comma too many are not JSON`(_ bytes: [UInt8]) {
        #expect(throws: JSONDocument.Fault.self) { try JSONReader.value(JSON.self, of: bytes) }
    }
}
