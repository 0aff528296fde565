import Events
import Foundation
import HTTPTypes
import TenantAPI
import TestSupport
import Testing

@testable import GatewayHTTP

/// That answers are as the contract says is checked with every request that the tests of this surface send (`Premises.hold`).
struct ContractTests {
    @Test func `the contract is OpenAPI 3.1, told to anybody`() async throws {
        try await Premises.run { premises in
            let answer = try await premises.send(.get, "/api/openapi.json", headers: [.authorization: "none"])
            #expect(answer.status == 200 && answer.headers[.contentType] == "application/json")
            #expect(answer["openapi"] == "3.1.0" && answer["info"]["version"] == "1")
            #expect(answer["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer")
            #expect(answer["security"] == [["bearer": []]])
            let contract = ContractReader(answer.json)
            #expect(contract.danglingReferences == [])
            try await premises.send(.post, "/api/openapi.json").expectProblem(405, "method_not_allowed")
        }
    }

    @Test func `every endpoint is in it, under a name of its own`() async throws {
        try await Premises.run { premises in
            let contract = try await premises.contract()
            var names: Set<String> = []
            for endpoint in premises.endpoints {
                let operation = contract.document["paths"][endpoint.path][endpoint.method.rawValue.lowercased()]
                #expect(operation["summary"].text == endpoint.summary)
                #expect(names.insert(operation["operationId"].text ?? "").inserted, "\(endpoint.path)")
                #expect(operation["responses"].has("\(endpoint.status.code)"))
            }
            #expect(contract.document["paths"].names == Set(premises.endpoints.map(\.path)))
            #expect(names.isSuperset(of: ["getMe", "postRooms", "getRoom", "patchRoomMember", "putMessageReaction"]))
        }
    }

    @Test func `it says of an entity's route all that a client needs`() async throws {
        try await Premises.run { premises in
            let contract = try await premises.contract()
            let operation = try #require(contract.operation("GET", "/api/rooms/\(RoomID())"))
            #expect(operation["responses"].names == ["200", "304", "400", "401", "403", "404", "429", "503"])
            #expect(operation["responses"]["404"]["description"] == "Not Found: `room.not_found`")
            #expect(
                operation["responses"]["200"]["headers"].names
                    == ["X-Request-Id", "RateLimit-Policy", "RateLimit", "ETag"]
            )
            #expect(
                operation["parameters"].items.map { $0["$ref"].text }
                    == [
                        "path.room", "query.min_position", "header.If-None-Match",
                        "header.Daybook-Min-Position-Timeout-Ms",
                        "header.Daybook-Min-Position", "header.traceparent", "header.X-Request-Id",
                    ].map { "#/components/parameters/\($0)" }
            )
            let room = contract.document["components"]["schemas"]["Room"]
            #expect(room["required"].items.count == room["properties"].names.count)
            #expect(room["properties"]["topic"]["type"] == ["string", "null"])
            #expect(room["properties"]["created_at"]["format"] == "date-time")
            #expect(room["properties"]["role"]["enum"] == ["member", "moderator", .null])
        }
    }

    @Test func `it says of a write what goes in, what else may come out, and where to go on`() async throws {
        try await Premises.run { premises in
            let contract = try await premises.contract()
            let operation = try #require(contract.operation("POST", "/api/rooms"))
            #expect(
                operation["responses"].names
                    == ["201", "400", "401", "403", "409", "412", "413", "415", "422", "429", "503"]
            )
            #expect(
                operation["responses"]["201"]["headers"].names
                    == ["X-Request-Id", "RateLimit-Policy", "RateLimit", "ETag", "Daybook-Position"]
            )
            let link = operation["responses"]["201"]["links"]["getRoom"]
            #expect(
                link["parameters"] == [
                    "room": "$response.body#/id", "header.Daybook-Min-Position": "$response.header.Daybook-Position",
                ]
            )
            #expect(operation["requestBody"]["required"] == true)
            let body = contract.document["components"]["schemas"]["NewRoom"]
            #expect(body["required"] == ["name"] && body["additionalProperties"] == false)
            #expect(body["properties"]["name"]["maxLength"] == 120)
            #expect(body["properties"]["kind"]["enum"] == ["channel", "private", .null])
            #expect(body["properties"]["members"]["maxItems"] == 500)
            #expect(body["properties"]["members"]["items"]["pattern"].text?.hasPrefix("^user_[0-9a-f]{8}-") == true)
            let deletion = try #require(contract.operation("DELETE", "/api/messages/\(MessageID())"))
            #expect(deletion["requestBody"]["required"] == false && !deletion["responses"]["204"].has("content"))
        }
    }

    @Test func `what the contract says of parameters is what is refused`() async throws {
        try await Premises.run { premises in
            try await premises.send(.get, "/api/rooms?limit=0").expectProblem(400, "query.bad_value")
            try await premises.send(.get, "/api/rooms?limit=201").expectProblem(400, "query.bad_value")
            try await premises.send(.get, "/api/me?limit=1").expectProblem(400, "query.unknown_parameter")
            let timeout = try #require(HTTPField.Name("Daybook-Min-Position-Timeout-Ms"))
            // Also where there is no position to wait for.
            for value in ["-1", "10001", "x", ""] {
                try await premises.send(.get, "/api/me", headers: [timeout: value]).expectProblem(400, "bad_timeout")
            }
            let limit = try await premises.contract().document["components"]["parameters"]["query.limit"]["schema"]
            #expect(limit["minimum"] == 1 && limit["maximum"] == 200)
        }
    }
}

struct ComponentSchemasTests {
    private struct Part: Codable {
        var at: Timestamp?
    }

    private struct Order: Codable, NotedFields {
        var title: String
        var parts: [Part]?

        static let notes: [String: JSONShape.Note] = ["title": .line(1...9, "What it is.")]
    }

    private func json(_ node: JSONNode) throws -> JSON { try JSON(JSONWriter.write(node).readableBytesView) }

    @Test func `a request may leave out, or have null for, what has no value; an answer has null`() throws {
        var schemas = ComponentSchemas()
        #expect(try json(schemas.schema(of: .request(Order.self), .request)) == ["$ref": "#/components/schemas/Order"])
        let request = try json(schemas.components)["Order"]
        #expect(request["required"] == ["title"] && request["additionalProperties"] == false)
        #expect(request["properties"]["parts"]["type"] == ["array", "null"])
        #expect(request["properties"]["title"]["description"] == "What it is.")
        #expect(request["properties"]["title"]["maxLength"] == 9)
        var others = ComponentSchemas()
        _ = others.schema(of: .answer(Order.self), .answer)
        let answer = try json(others.components)
        #expect(answer["Order"]["required"] == ["title", "parts"] && !answer["Order"].has("additionalProperties"))
        #expect(answer["Part"]["properties"]["at"]["type"] == ["string", "null"])
    }

    @Test func `what is told by a tag is one of several`() throws {
        var schemas = ComponentSchemas()
        let cat = JSONShape.named("Cat", .object([.init("kind", .choice(["cat"]))]))
        let dog = JSONShape.named("Dog", .object([.init("kind", .choice(["dog"])), .init("says", .text)]))
        let schema = try json(
            schemas.schema(of: .tagged(key: "kind", [.init("cat", cat), .init("dog", dog)]), .answer)
        )
        #expect(schema["discriminator"]["mapping"]["dog"] == "#/components/schemas/Dog")
        let document: JSON = ["components": ["schemas": try json(schemas.components)]]
        func faults(_ value: JSON) -> [String] {
            JSONSchema(document: document).faults(in: value, by: schema)
        }
        #expect(faults(["kind": "cat"]) == [])
        #expect(faults(["kind": "dog"]) == ["/says: missing"])
        #expect(faults(["kind": "cow"]).count == 1)
    }

    /// The check that all tests lean on finds what it is there to find.
    @Test(
        arguments: [
            (["title": "x", "parts": .null], 0), (["title": "x"], 1), (["title": 1, "parts": .null], 1),
            (["title": "x", "parts": [["at": "2018-11-05T19:30:43.000100Z"], ["at": .null]]], 0),
            (["title": "x", "parts": [["at": "yesterday"]]], 1), (["title": "x", "parts": .null, "more": 1], 1),
            (["title": "a\nb", "parts": .null], 1), (["title": "", "parts": []], 1),
        ] as [(JSON, Int)]
    )
    func `a value that is not what a schema says is found out`(_ value: JSON, _ count: Int) throws {
        var schemas = ComponentSchemas()
        let schema = try json(schemas.schema(of: .answer(Order.self), .answer))
        let document: JSON = ["components": ["schemas": try json(schemas.components)]]
        #expect(JSONSchema(document: document).faults(in: value, by: schema).count == count)
    }
}
