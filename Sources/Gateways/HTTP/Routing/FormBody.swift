package import Events
package import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pages

/// A field of a form that an endpoint takes. What a form has besides is not looked at: browsers and providers add things of their own.
package struct FormField: Sendable {
    package let name: String
    package let shape: JSONShape
    package let isRequired: Bool

    package init(_ name: String, _ summary: String, isRequired: Bool = true) {
        self.name = name
        shape = .noted(.text, .about(summary))
        self.isRequired = isRequired
    }
}

/// A form as it was sent (`application/x-www-form-urlencoded`), as far as the endpoint knows its fields.
package struct FormBody: Sendable {
    private let values: [String: String]

    /// The text of a field; empty if it was not sent.
    package subscript(_ field: FormField) -> String { values[field.name] ?? "" }

    /// Reads the body of a request: 415 if it says that it is something else, 413 if it is too long.
    init(of request: Request, fields: [FormField], upTo limit: Int) async throws {
        guard let type = request.headers[.contentType], type.isPlain(upTo: 256),
            type.lowercased().split(separator: ";").first?.filter({ $0 != " " }) == Endpoint.Encoding.form.rawValue
        else { throw Problem.notForm }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw Problem.bodyTooLarge(limit)
        }
        let bytes: ByteBuffer
        do { bytes = try await request.body.collect(upTo: limit) } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit)
        }
        try self.init(bytes.readableBytesView, fields: fields)
    }

    init(_ bytes: some Collection<UInt8>, fields: [FormField]) throws(Problem) {
        var values: [String: String] = [:]
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = FormEncoding.decode(parts[0]) else {
                throw .badForm("a name is not percent-encoded UTF-8")
            }
            guard let field = fields.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { continue }
            guard let value = parts.count > 1 ? FormEncoding.decode(parts[1]) : "" else {
                throw .badForm("\(field.name) is not percent-encoded UTF-8")
            }
            guard values.updateValue(value, forKey: field.name) == nil else {
                throw .badForm("\(field.name) comes twice")
            }
        }
        for field in fields where field.isRequired && values[field.name]?.isEmpty != false {
            throw .badForm("\(field.name) is missing")
        }
        self.values = values
    }
}

extension Problem {
    fileprivate static var notForm: Problem {
        Problem(.unsupportedMediaType, "form.not_form", "send the body as \(Endpoint.Encoding.form.rawValue)")
    }

    fileprivate static func badForm(_ reason: String) -> Problem { .badRequest("form.malformed", reason) }
}
