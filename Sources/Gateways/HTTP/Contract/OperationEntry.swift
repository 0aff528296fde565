internal import Events
internal import HTTPTypes

/// What the contract says of one endpoint.
struct OperationEntry {
    private let endpoint: Endpoint
    private let surface: Surface
    private let endpoints: [Endpoint]

    init(_ endpoint: Endpoint, of surface: Surface, among endpoints: [Endpoint]) {
        self.endpoint = endpoint
        self.surface = surface
        self.endpoints = endpoints
    }

    func node(_ schemas: inout ComponentSchemas) -> JSONNode {
        var node: JSONNode = [
            "operationId": .text(endpoint.operationID(of: surface)), "summary": .text(endpoint.summary),
        ]
        if let whom { node["description"] = .text(whom) }
        switch endpoint.access {
        case .user: node["x-scope"] = .text(endpoint.scope?.rawValue ?? "")
        case .account, .operators: node["security"] = [["account": []], ["cookie": []]]
        case .services: node["security"] = [["service": []]]
        case .everybody: node["security"] = []
        }
        node["tags"] = [.text(endpoint.tag(of: surface))]
        node["parameters"] = .array(
            endpoint.parameters.map { ["$ref": "#/components/parameters/\($0.componentName)"] }
        )
        if let request = endpoint.request {
            let content: JSONNode = ["schema": schemas.schema(of: request, .request)]
            node["requestBody"] = [
                "required": .boolean(!endpoint.isRequestOptional),
                "content": JSONNode(members: [(endpoint.encoding.rawValue, content)]),
            ]
        }
        node["responses"] = responses(&schemas)
        return node
    }

    private var whom: String? {
        let recent = endpoint.needsRecentLogin ? "Only after a recent login: see `auth.step_up_required`." : nil
        guard endpoint.kind != .plain, endpoint.roles != .anyone else { return recent }
        let roles = "For: " + endpoint.roles.map(\.rawValue).sorted().joined(separator: ", ") + "."
        return recent.map { "\(roles) \($0)" } ?? roles
    }

    // MARK: Answers

    private func responses(_ schemas: inout ComponentSchemas) -> JSONNode {
        var responses: JSONNode = .init(members: [("\(endpoint.status.code)", success(&schemas))])
        if endpoint.answersNotModified {
            responses["304"] = [
                "description": "The client holds it already.",
                "headers": AnswerHeader.references(AnswerHeader.common + [.entityTag]),
            ]
        }
        for problem in endpoint.knownProblems {
            var content: JSONNode = [
                "application/problem+json": ["schema": schemas.schema(of: Problem.shape, .answer)]
            ]
            if endpoint.pages.contains(problem.status) { content[Page.contentType] = Self.page }
            responses["\(problem.status.code)"] = [
                "description": .text(
                    problem.status.reasonPhrase + ": "
                        + problem.codes.map { "`\($0)`" }.joined(separator: ", ")
                ),
                "headers": AnswerHeader.references(AnswerHeader.common + AnswerHeader.of(problem.status)),
                "content": content,
            ]
        }
        return responses
    }

    private static let page: JSONNode = ["schema": ["type": "string", "description": "A page for people."]]

    private func success(_ schemas: inout ComponentSchemas) -> JSONNode {
        var headers = AnswerHeader.common
        if endpoint.kind == .write { headers.append(.position) }
        if endpoint.answer is any EntityAnswer.Type { headers.append(.entityTag) }
        var node: JSONNode = [
            "description": .text(endpoint.status.reasonPhrase), "headers": AnswerHeader.references(headers),
        ]
        if endpoint.pages.contains(endpoint.status) {
            node["content"] = .init(members: [(Page.contentType, Self.page)])
        }
        if let shape = endpoint.answer.answerShape {
            node["content"] = JSONNode(members: [(endpoint.form.rawValue, content(shape, &schemas))])
            node["links"] = links(from: shape)
        }
        return node
    }

    private func content(_ shape: JSONShape, _ schemas: inout ComponentSchemas) -> JSONNode {
        let schema = schemas.schema(of: shape, .answer)
        switch endpoint.form {
        case .whole: return ["schema": schema]
        // OpenAPI 3.1 has no word for what stands in each line; 3.2 has `itemSchema`.
        case .lines: return ["schema": ["type": "string", "description": "JSON lines."], "x-itemSchema": schema]
        }
    }

    /// Where what was created can be used: in the paths below that of its collection.
    private func links(from answer: JSONShape) -> JSONNode? {
        guard endpoint.status == .created, let fields = answer.fields?.map(\.name) else { return nil }
        let place = endpoint.path.split(separator: "/").last?.singular ?? ""
        guard let id = ["id", "\(place)_id"].first(where: fields.contains) else { return nil }
        let targets = endpoints.filter { $0.path.contains("{\(place)}") }
        guard !targets.isEmpty else { return nil }
        return JSONNode(
            members: targets.map { target in
                var parameters: JSONNode = .init(members: [(place, .text("$response.body#/\(id)"))])
                if endpoint.kind == .write, target.kind == .read {
                    // So that the read includes what was written.
                    let position = AnswerHeader.position.rawValue
                    parameters["header.\(Parameter.minPositionHeader.name)"] = .text("$response.header.\(position)")
                }
                for parameter in target.parameters where parameter.place == .query && parameter.isRequired {
                    if fields.contains(parameter.name) {
                        parameters[parameter.name] = .text("$response.body#/\(parameter.name)")
                    }
                }
                let operation = target.operationID(of: surface)
                return (operation, ["operationId": .text(operation), "parameters": parameters])
            }
        )
    }
}

// MARK: Parameters

extension OperationEntry {
    /// Those of all endpoints, each once.
    static func parameters(of endpoints: [Endpoint], _ schemas: inout ComponentSchemas) -> JSONNode {
        var node: JSONNode = .object([])
        for parameter in endpoints.flatMap(\.parameters) {
            let entry: JSONNode = [
                "name": .text(parameter.name), "in": .text(parameter.place.rawValue),
                "required": .boolean(parameter.isRequired), "description": .text(parameter.summary),
                "schema": schemas.schema(of: parameter.shape, .request),
            ]
            let known = node[parameter.componentName]
            precondition(known == nil || known == entry, "two parameters of one surface are called \(parameter.name)")
            node[parameter.componentName] = entry
        }
        return node
    }
}

extension Parameter {
    fileprivate var componentName: String { "\(place.rawValue).\(name)" }
}

// MARK: Names

extension Endpoint {
    /// The first part of the path within the surface.
    func tag(of surface: Surface) -> String {
        path.dropFirst(surface.path.count).split(separator: "/").first.map(String.init) ?? ""
    }

    /// The method and the path in one word: `patchRoomMember` of `PATCH /api/rooms/{room}/members/{user}`.
    func operationID(of surface: Surface) -> String {
        let parts = path.dropFirst(surface.path.count).split(separator: "/")
        var name = method.rawValue.lowercased()
        for (index, part) in parts.enumerated() where !part.hasPrefix("{") {
            let isOne = parts.indices.contains(index + 1) && parts[index + 1].hasPrefix("{")
            for word in (isOne ? part.singular : String(part)).split(separator: "-") { name += word.capitalized }
        }
        return name
    }
}

extension Substring {
    /// Of what a collection is called: `rooms` -> `room`, `repositories` -> `repository`.
    fileprivate var singular: String {
        if hasSuffix("ies") { return dropLast(3) + "y" }
        return hasSuffix("s") ? String(dropLast()) : String(self)
    }

    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
