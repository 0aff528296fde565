import Foundation
import Testing

@testable import OIDC

struct ParsingTests {
    @Test func `base64url has one text for each sequence of bytes`() {
        var random = SystemRandomNumberGenerator()
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let text = Base64URL.encode(bytes)
            #expect(text == base64URL(Data(bytes)))
            #expect(Base64URL.decode(text) == bytes)
        }
        for text in ["A", "AAAAA", "AA==", "AA=", "AB", "AAB", "A A", "AA\n", "+A", "/A", "ÄA", "A.A"] {
            #expect(Base64URL.decode(text) == nil, "\(text)")
        }
    }

    @Test func `JSON is read as Foundation reads it`() throws {
        let texts = [
            #"{}"#, #" { "a" : [ ] , "b" : { } } "#, #"{"a":[1,-0,0.5,1e3,1E-2,-12.5e+1],"b":[true,false,null]}"#,
            #"{"text":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00 grüße"}"#, #"{"a":{"a":{"a":[{"a":1}]}}}"#, #"{"":""}"#,
        ]
        for text in texts {
            let value = JSONValue.object(try JSONParser.object(Array(text.utf8)))
            let foreign = try JSONSerialization.jsonObject(with: Data(text.utf8))
            #expect(
                NSDictionary(dictionary: try #require(plain(value) as? [String: Any])) == foreign as? NSDictionary,
                "\(text)"
            )
        }
    }

    @Test func `what is not JSON, or could be read in two ways, is refused`() {
        let texts = [
            "", " ", "[]", "1", "null", "{", "}", "{}}", "{},", "{a:1}", "{'a':1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
            #"{,"a":1}"#, #"{"a":[1,]}"#, #"{"a":[1 2]}"#, #"{"a":01}"#, #"{"a":+1}"#, #"{"a":.5}"#, #"{"a":1.}"#,
            #"{"a":1e}"#, #"{"a":-}"#, #"{"a":NaN}"#, #"{"a":1e999}"#, #"{"a":0x1}"#, #"{"a":tru}"#, #"{"a":"b}"#,
            #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\u12g4"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ude00"}"#,
            #"{"a":"\ud83d\u0041"}"#, "{\"a\":\"\u{1}\"}", "{\"a\":\"\n\"}", #"{"a":1} {"b":1}"#, "{\"a\":1}\0",
            #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"a":1,"b":2,"a":1}}"#, #"[{"a":1}]"#, "/**/{}",
            #"{"a":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}",
        ]
        for text in texts {
            #expect(throws: JSONParser.Fault.self, "\(text)") { try JSONParser.object(Array(text.utf8)) }
        }
        let notUTF8: [[UInt8]] = [
            [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], [0x7B, 0x22, 0xC0, 0x80, 0x22, 0x3A, 0x31, 0x7D],
            [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0xFF, 0xFE, 0x7B, 0x00],
        ]
        for bytes in notUTF8 { #expect(throws: JSONParser.Fault.self) { try JSONParser.object(bytes) } }
    }

    private func plain(_ value: JSONValue) -> Any {
        switch value {
        case .null: NSNull()
        case .bool(let value): value
        case .number(let value): value
        case .string(let value): value
        case .array(let values): values.map(plain)
        case .object(let members): members.mapValues(plain)
        }
    }
}
