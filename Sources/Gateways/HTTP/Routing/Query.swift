package import Hummingbird

/// The query of a request: only names that the endpoint knows, each once.
package struct Query: Sendable {
    private let values: [String: String]

    package init(of request: Request, known: [String]) throws(Problem) {
        guard request.uri.query != nil else {
            values = [:]
            return
        }
        var values: [String: String] = [:]
        for (name, value) in request.uri.queryParameters where !(name.isEmpty && value.isEmpty) {
            guard known.contains(String(name)) else {
                throw .badRequest(
                    "query.unknown_parameter",
                    "this route knows no query parameter of this name: \(name.prefix(100))"
                )
            }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw .badRequest("query.duplicate_parameter", "the query parameter \(name) comes twice")
            }
        }
        self.values = values
    }

    package subscript(_ name: String) -> String? { values[name] }

    /// A whole number within bounds; `fallback` without one, 400 for anything else.
    package func integer(_ name: String, in bounds: ClosedRange<Int>, or fallback: Int) throws(Problem) -> Int {
        try optionalInteger(name, in: bounds) ?? fallback
    }

    /// A whole number within bounds; 400 without one, or for anything else.
    package func integer(_ name: String, in bounds: ClosedRange<Int>) throws(Problem) -> Int {
        guard let number = try optionalInteger(name, in: bounds) else {
            throw .badRequest("query.missing", "the query parameter \(name) is needed")
        }
        return number
    }

    /// A whole number within bounds; nil without one, 400 for anything else.
    package func optionalInteger(_ name: String, in bounds: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), bounds.contains(number), String(number) == text else {
            throw .badRequest(
                "query.bad_value",
                "\(name) must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            )
        }
        return number
    }
}
