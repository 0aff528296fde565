internal import Foundation

/// A contract as a client reads it: holds requests and answers against what it says of them.
package struct ContractReader: Sendable {
    /// A request and what it was answered, as far as a contract speaks of them.
    package struct Exchange: Sendable {
        package var method: String
        /// With its query.
        package var path: String
        package var request: JSON?
        package var status: Int
        /// By names in lower case.
        package var headers: [String: String]
        /// Of an answer in lines, an array of them.
        package var answer: JSON?

        package init(
            method: String,
            path: String,
            request: JSON?,
            status: Int,
            headers: [String: String],
            answer: JSON?
        ) {
            self.method = method
            self.path = path
            self.request = request
            self.status = status
            self.headers = headers
            self.answer = answer
        }
    }

    package let document: JSON
    private var schema: JSONSchema { JSONSchema(document: document) }

    package init(_ document: JSON) { self.document = document }

    /// What is said of a method on a path such as `/api/rooms/room_0190…`; nil if nothing is.
    package func operation(_ method: String, _ path: String) -> JSON? {
        let parts = Self.parts(path)
        // `/messages/range-delete` goes before `/messages/{message}`.
        let templates = document["paths"].names.sorted { !$0.hasSuffix("}") && $1.hasSuffix("}") }
        let template = templates.first { template in
            let places = Self.parts(template)
            return places.count == parts.count && zip(places, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        guard let template, document["paths"][template].has(method.lowercased()) else { return nil }
        return document["paths"][template][method.lowercased()]
    }

    private static func parts(_ path: String) -> [Substring] {
        path.prefix { $0 != "?" }.split(separator: "/")
    }

    /// What differs from the contract; nothing where it does not speak of the route.
    package func faults(of exchange: Exchange) -> [String] {
        guard let operation = operation(exchange.method, exchange.path) else { return [] }
        let faults = ofRequest(exchange, operation) + ofAnswer(exchange, operation)
        return faults.map { "\(exchange.method) \(exchange.path) \(exchange.status): \($0)" }
    }

    /// What is taken must be documented.
    private func ofRequest(_ exchange: Exchange, _ operation: JSON) -> [String] {
        guard (200..<300).contains(exchange.status) else { return [] }
        let query = URLComponents(string: exchange.path)?.queryItems?.map(\.name) ?? []
        let known = operation["parameters"].items.map { schema.resolved($0["$ref"].text ?? "") }
            .filter { $0["in"].text == "query" }.compactMap { $0["name"].text }
        var faults = Set(query).subtracting(known).map { "the parameter \($0) is not documented" }
        if let body = exchange.request, operation.has("requestBody") {
            let content = operation["requestBody"]["content"]["application/json"]["schema"]
            faults += schema.faults(in: body, by: content, at: "request")
        }
        return faults
    }

    private func ofAnswer(_ exchange: Exchange, _ operation: JSON) -> [String] {
        let said = operation["responses"]["\(exchange.status)"]
        guard said != .null else { return ["the status is not documented"] }
        var faults: [String] = []
        for name in said["headers"].names {
            let header = schema.resolved(said["headers"][name]["$ref"].text ?? "")
            guard let value = exchange.headers[name.lowercased()] else {
                if header["required"].bool == true { faults.append("the header \(name) is missing") }
                continue
            }
            let isNumber = header["schema"]["type"].text == "integer"
            let json = isNumber ? Int64(value).map { JSON.int($0) } ?? .string(value) : .string(value)
            faults += schema.faults(in: json, by: header["schema"], at: name)
        }
        for name in ["etag", "daybook-position", "retry-after", "ratelimit", "ratelimit-policy"]
        where exchange.headers[name] != nil {
            if !said["headers"].names.contains(where: { $0.lowercased() == name }) {
                faults.append("the header \(name) is not documented")
            }
        }
        let type = exchange.headers["content-type"] ?? ""
        switch exchange.answer {
        case nil: if said.has("content") { faults.append("nothing is answered") }
        case let answer?:
            guard said["content"].has(type) else { return faults + ["\(type) is not documented"] }
            let content = said["content"][type]
            if content.has("x-itemSchema") {
                faults += answer.items.flatMap { schema.faults(in: $0, by: content["x-itemSchema"], at: "line") }
            } else {
                faults += schema.faults(in: answer, by: content["schema"], at: "answer")
            }
        }
        return faults
    }

    /// References that lead nowhere.
    package var danglingReferences: [String] { references(in: document).filter { schema.resolved($0) == .null } }

    private func references(in node: JSON) -> [String] {
        switch node {
        case .object(let members):
            members.flatMap { name, value in
                if name == "$ref", let text = value.text { [text] } else { references(in: value) }
            }
        case .array(let elements): elements.flatMap { references(in: $0) }
        default: []
        }
    }
}
