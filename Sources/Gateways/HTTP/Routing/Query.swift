package import Hummingbird

/// The query of a request: only parameters that the endpoint knows, each once, numbers within their bounds.
package struct Query: Sendable {
    private let values: [String: String]

    package init(of request: Request, known: [Parameter]) throws(Problem) {
        guard request.uri.query != nil else {
            values = [:]
            return
        }
        var values: [String: String] = [:]
        for (name, value) in request.uri.queryParameters where !(name.isEmpty && value.isEmpty) {
            // By bytes: nobody knows how long it is.
            guard let parameter = known.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw .badRequest(
                    "query.unknown_parameter",
                    "this route knows no query parameter of this name: \(name.prefix(100))"
                )
            }
            guard values.updateValue(String(value), forKey: parameter.name) == nil else {
                throw .badRequest("query.duplicate_parameter", "the query parameter \(name) comes twice")
            }
            if let bounds = parameter.shape.bounds { _ = try Self.integer(String(value), parameter, bounds) }
        }
        self.values = values
    }

    package subscript(_ parameter: Parameter) -> String? { values[parameter.name] }

    /// A whole number within the parameter's bounds; `fallback` without one, 400 for anything else.
    package func integer(_ parameter: Parameter, or fallback: Int) throws(Problem) -> Int {
        try integer(parameter) ?? fallback
    }

    /// A whole number within the parameter's bounds; nil without one, 400 for anything else.
    package func integer(_ parameter: Parameter) throws(Problem) -> Int? {
        guard let text = values[parameter.name] else { return nil }
        guard let bounds = parameter.shape.bounds else {
            preconditionFailure("the parameter \(parameter.name) is no number within bounds")
        }
        return try Self.integer(text, parameter, bounds)
    }

    /// What `read` makes of the value; nil without one, 400 if it makes nothing of it.
    package func value<Value>(_ parameter: Parameter, _ read: (String) -> Value?) throws(Problem) -> Value? {
        guard let text = values[parameter.name] else { return nil }
        guard let value = read(text) else {
            throw .badRequest("query.bad_value", "\(parameter.name) must be \(parameter.shape.expectation)")
        }
        return value
    }

    private static func integer(
        _ text: String,
        _ parameter: Parameter,
        _ bounds: ClosedRange<Int>
    ) throws(Problem) -> Int {
        guard let number = Int(text), bounds.contains(number), String(number) == text else {
            throw .badRequest(
                "query.bad_value",
                "\(parameter.name) must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            )
        }
        return number
    }
}
