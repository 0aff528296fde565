import Events
import NIOCore
import Testing

@testable import GatewayHTTP

struct StrictJSONTests {
    private struct Part: Decodable, Sendable, Equatable {
        var name: String
        var size: Int64?
    }

    private struct Order: Decodable, Sendable {
        var title: String
        var role: Role?
        var user: EdgeID<UserEvent>?
        var parts: [Part]?
        var urgent: Bool?

        private enum CodingKeys: String, CodingKey {
            case title, role, user, parts
            case urgent = "is_urgent"
        }
    }

    private struct Note: Decodable, Sendable {
        var text: String?
    }

    private let json = StrictJSON(Order.self)

    /// Letters with marks that Unicode sorts before it compares them.
    private static let marks = String(repeating: "\u{301}\u{327}", count: 60_000)

    private func problem(_ text: String) -> Problem? { problem(Array(text.utf8)) }

    private func problem(_ bytes: [UInt8]) -> Problem? {
        do {
            _ = try json.decode(ByteBuffer(bytes: bytes))
            return nil
        } catch { return error }
    }

    @Test func `names and choices of many combining marks take no time`() {
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(problem(#"{"title":"x","a\#(Self.marks)":1}"#)?.code == "json.unknown_field")
            #expect(problem(#"{"title":"x","parts":[{"a\#(Self.marks)":1}]}"#)?.errors.first?.pointer == "/parts/0")
            #expect(problem(#"{"title":"x","role":"owner\#(Self.marks)"}"#)?.code == "json.wrong_type")
            #expect(problem(#"{"title":"x","user":"user_\#(Self.marks)"}"#)?.code == "json.wrong_type")
        }
        // One comparison of such texts takes longer.
        #expect(time < .seconds(2))
    }

    @Test func `the shape of a request is what its type decodes`() {
        #expect(
            json.shape
                == .object([
                    .init(name: "title", shape: .text, required: true),
                    .init(
                        name: "role",
                        shape: .choice(["owner", "admin", "member", "guest", "auditor"]),
                        required: false
                    ),
                    .init(name: "user", shape: JSONShape.bare(EdgeID<UserEvent>.self), required: false),
                    .init(
                        name: "parts",
                        shape: .array(
                            .object([
                                .init(name: "name", shape: .text, required: true),
                                .init(name: "size", shape: .integer, required: false),
                            ])
                        ),
                        required: false
                    ),
                    .init(name: "is_urgent", shape: .boolean, required: false),
                ])
        )
    }

    @Test func `a body is decoded, with escapes and null for what is absent`() throws {
        let user = UserID()
        let text =
            #" {"title":"a\n\"\u00e9\ud83d\ude00","role":null,"user":"\#(user)","parts":[{"name":"x","size":-3}],"is_urgent":true} "#
        let order = try json.decode(ByteBuffer(string: text))
        #expect(order.title == "a\n\"é😀")
        #expect(order.role == nil)
        #expect(order.user?.id == user)
        #expect(order.parts == [Part(name: "x", size: -3)])
        #expect(order.urgent == true)
    }

    @Test(arguments: [("3.0", 3), ("-1e2", -100), ("2.50E1", 25)] as [(String, Int64)])
    func `an integer is one however it is spelled`(_ text: String, _ value: Int64) throws {
        let order = try json.decode(ByteBuffer(string: #"{"title":"x","parts":[{"name":"y","size":\#(text)}]}"#))
        #expect(order.parts?.first?.size == value)
    }

    @Test func `unknown fields are all named, wherever they are`() {
        let problem = problem(
            #"{"title":"x","b":{"deep":[1]},"parts":[{"name":"y"},{"name":"z","a/b~c":1}],"Title":"x"}"#
        )
        #expect(problem?.code == "json.unknown_field")
        #expect(problem?.status == .badRequest)
        #expect(problem?.errors.map(\.pointer) == ["/b", "/parts/1/a~1b~0c", "/Title"])
    }

    @Test func `a field name cannot be smuggled in by escapes`() {
        #expect(problem(#"{"title":"x","ro\u006ce":"owner"}"#) == nil)
        #expect(problem(#"{"title":"x","r\u006fot":"owner"}"#)?.errors.map(\.pointer) == ["/root"])
    }

    @Test(arguments: [
        (#"{"title":1}"#, "/title", "must be a string"),
        (#"{"title":null}"#, "/title", "must be a string"),
        (#"{"title":"x","role":"king"}"#, "/role", "must be one of owner, admin, member, guest, auditor"),
        (#"{"title":"x","parts":{}}"#, "/parts", "must be an array"),
        (#"{"title":"x","parts":[{"name":"y"},{"name":"z","size":"1"}]}"#, "/parts/1/size", "must be an integer"),
        (#"{"title":"x","parts":[{"name":"y","size":1.5}]}"#, "/parts/0/size", "must be an integer"),
        (#"{"title":"x","parts":[{"name":"y","size":99999999999999999999}]}"#, "/parts/0/size", "must be an integer"),
        (#"{"title":"x","is_urgent":"true"}"#, "/is_urgent", "must be true or false"),
        (#"[]"#, "", "must be an object"),
    ])
    func `a wrong type is told by pointer and expectation`(_ body: String, _ pointer: String, _ reason: String) {
        let problem = problem(body)
        #expect(problem?.code == "json.wrong_type")
        #expect(problem?.errors == [.init(pointer, reason)])
    }

    @Test(arguments: [
        "room_01908a5e-0000-7000-8000-000000000000", "user_01908A5E-0000-7000-8000-000000000000", "user_1", "",
    ])
    func `an identifier has its prefix and lower case`(_ id: String) {
        #expect(problem(#"{"title":"x","user":"\#(id)"}"#)?.errors.map(\.pointer) == ["/user"])
    }

    @Test func `a missing field is told by its pointer`() {
        #expect(problem("{}")?.errors == [.init("/title", "is required")])
        #expect(problem(#"{"title":"x","parts":[{}]}"#)?.errors == [.init("/parts/0/name", "is required")])
        #expect(problem("{}")?.code == "json.missing_field")
    }

    @Test(arguments: [
        "", " ", "{", "}", #"{"title"}"#, #"{"title":}"#, #"{"title":"x",}"#, #"{"title":"x"} {}"#, #"{"title":"x"#,
        #"{title:"x"}"#,
        #"{'title':'x'}"#, #"{"title":"\x"}"#, #"{"title":"\u12"}"#, #"{"title":"\ud800"}"#, #"{"title":"\udc00x"}"#,
        "{\"title\":\"a\nb\"}", #"{"title":01}"#, #"{"title":1.}"#, #"{"title":+1}"#, #"{"title":nul}"#,
        #"{"title":NaN}"#, "[1,]",
        "// no\n{}",
    ])
    func `what is not JSON is malformed`(_ body: String) {
        #expect(problem(body)?.code == "json.malformed", "\(body)")
        #expect(problem(body)?.status == .badRequest)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(problem(Array(#"{"title":""#.utf8) + [0xFF] + Array(#""}"#.utf8))?.code == "utf8.malformed")
        #expect(problem(Array(#"{"title":""#.utf8) + [0xC0, 0x80] + Array(#""}"#.utf8))?.code == "utf8.malformed")
    }

    @Test func `U+0000 is refused with its pointer`() {
        let problem = problem(#"{"title":"x","parts":[{"name":"a\u0000b"}]}"#)
        #expect(problem?.code == "text.nul")
        #expect(problem?.status == .unprocessableContent)
        #expect(problem?.errors.map(\.pointer) == ["/parts/0/name"])
    }

    @Test func `a field that comes twice is refused`() {
        #expect(problem(#"{"title":"x","title":"y"}"#)?.code == "json.duplicate_field")
        #expect(problem(#"{"title":"x","t\u0069tle":"y"}"#)?.errors.map(\.pointer) == ["/title"])
    }

    @Test func `nesting has an end`() {
        #expect(problem(String(repeating: "[", count: 100_000))?.code == "json.too_deep")
        let deepest =
            #"{"title":"x","parts":"# + String(repeating: "[", count: 31) + String(repeating: "]", count: 31) + "}"
        #expect(problem(deepest)?.code != "json.too_deep")
    }

    @Test func `no body is an empty one where nothing is required`() throws {
        #expect(try StrictJSON(Note.self).decode(ByteBuffer()).text == nil)
        #expect(problem("")?.code == "json.malformed")
    }
}
