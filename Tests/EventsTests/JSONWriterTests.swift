import Events
import Foundation
import Testing

struct JSONWriterTests {
    private struct Leaf: Codable, Equatable {
        var text: String?
        var number: Int64
        var flags: [Bool]
    }

    private struct Tree: Codable, Equatable {
        var zebra: String
        var apple: Int?
        var leaves: [Leaf]
        var byName: [String: Double]
        var empty: [Leaf]
        var last: Leaf?
    }

    private enum Choice: Encodable {
        case one(a: Int, b: String?)
    }

    private struct Flat: Encodable {
        enum CodingKeys: String, CodingKey { case id, extra }
        enum More: String, CodingKey { case more }

        func encode(to encoder: any Encoder) throws {
            var first = encoder.container(keyedBy: CodingKeys.self)
            try first.encode([1, 2], forKey: .id)
            var second = encoder.container(keyedBy: More.self)
            try second.encode("x", forKey: .more)
        }
    }

    private func text(_ value: some Encodable, nils: JSONWriter.Nils = .written) throws -> String {
        String(decoding: try JSONWriter.bytes(of: value, nils: nils), as: UTF8.self)
    }

    @Test func `fields stand in their order and nil is null`() throws {
        let tree = Tree(
            zebra: "z",
            apple: nil,
            leaves: [Leaf(text: nil, number: -1, flags: [true, false])],
            byName: [:],
            empty: [],
            last: nil
        )
        #expect(
            try text(tree)
                == #"{"zebra":"z","apple":null,"leaves":[{"text":null,"number":-1,"flags":[true,false]}],"byName":{},"empty":[],"last":null}"#
        )
    }

    @Test func `what is written reads back the same`() throws {
        let nasty = "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}é😀\u{2028}"
        let tree = Tree(
            zebra: nasty,
            apple: .max,
            leaves: [Leaf(text: nasty, number: .min, flags: []), Leaf(text: "", number: .max, flags: [true])],
            byName: [nasty: 0.1, "x": -2],
            empty: [],
            last: Leaf(text: nil, number: 0, flags: [])
        )
        #expect(try JSONDecoder().decode(Tree.self, from: Data(text(tree).utf8)) == tree)
    }

    @Test func `nested containers and a second look at the same object close where they should`() throws {
        #expect(try text([Choice.one(a: 1, b: nil)]) == #"[{"one":{"a":1,"b":null}}]"#)
        #expect(try text([Flat(), Flat()]) == #"[{"id":[1,2],"more":"x"},{"id":[1,2],"more":"x"}]"#)
    }

    @Test func `a lone value is written`() throws {
        #expect(try text("x") == #""x""#)
        #expect(try text(7) == "7")
        #expect(try text([String?.none]) == "[null]")
    }

    @Test func `what has no value can be left out`() throws {
        #expect(try text(Leaf(text: nil, number: 1, flags: []), nils: .leftOut) == #"{"number":1,"flags":[]}"#)
        #expect(try text([Choice.one(a: 1, b: nil)], nils: .leftOut) == #"[{"one":{"a":1}}]"#)
    }

    @Test func `bytes, identifiers and numbers read back as Foundation has them`() throws {
        struct Things: Codable, Equatable {
            var bytes: Data
            var id: UUID
            var small: UInt8
            var large: UInt64
            var half: Float
        }
        let things = Things(bytes: Data([0, 255, 7]), id: UUID(), small: .max, large: .max, half: 0.5)
        #expect(try JSONDecoder().decode(Things.self, from: JSONEncoder().encode(things)) == things)
        #expect(try JSONDecoder().decode(Things.self, from: Data(text(things).utf8)) == things)
        #expect(throws: EncodingError.self) { try text(Double.nan) }
    }
}
