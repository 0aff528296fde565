internal import HTTPTypes

/// The contract of a surface: an OpenAPI 3.1 document, written from the endpoints that the router is made of.
///
///     Contract(of: surface, with: endpoints).document["paths"]?["/api/me"]?["get"]
package struct Contract: Sendable {
    package let document: JSONNode

    package init(of surface: Surface, with endpoints: [Endpoint]) {
        var schemas = ComponentSchemas()
        var paths: [(path: String, operations: JSONNode)] = []
        for endpoint in endpoints {
            let method = endpoint.method.rawValue.lowercased()
            let operation = OperationEntry(endpoint, of: surface, among: endpoints).node(&schemas)
            if let index = paths.firstIndex(where: { $0.path == endpoint.path }) {
                paths[index].operations[method] = operation
            } else {
                paths.append((endpoint.path, .init(members: [(method, operation)])))
            }
        }
        document = [
            "openapi": "3.1.0",
            "info": ["title": .text(surface.title), "version": "1", "description": .text(surface.summary)],
            "servers": [["url": "/"]],
            "security": [["bearer": []]],
            "tags": Self.tags(endpoints, of: surface),
            "paths": JSONNode(members: paths.map { ($0.path, $0.operations) }),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "description": "The token of a live session."],
                    "account": [
                        "type": "http", "scheme": "bearer",
                        "description": "The token of a person who has logged in, in no tenant yet.",
                    ],
                    "service": [
                        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                        "description": "What a service of the installation has signed for itself.",
                    ],
                    "cookie": [
                        "type": "apiKey", "in": "cookie", "name": "daybook-account",
                        "description": "The same in a browser. Whatever changes something says `Daybook-CSRF: 1` too.",
                    ],
                ],
                "parameters": OperationEntry.parameters(of: endpoints, &schemas),
                "headers": AnswerHeader.components,
                "schemas": schemas.components,
            ],
        ]
    }

    private static func tags(_ endpoints: [Endpoint], of surface: Surface) -> JSONNode {
        var names: [String] = []
        for tag in endpoints.map({ $0.tag(of: surface) }) where !names.contains(tag) { names.append(tag) }
        return .array(names.map { ["name": .text($0)] })
    }
}
