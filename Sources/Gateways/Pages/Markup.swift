/// A piece of HTML. A text that is put into it is escaped; another piece is not.
///
///     let name: Markup = "<b>\(person.name)</b>"      // <b>Ada &lt;3</b>
package struct Markup: ExpressibleByStringInterpolation, Sendable {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ value: String) {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }

        package mutating func appendInterpolation(_ piece: Markup) { text += piece.text }

        package mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { text += piece.text } }
    }

    package private(set) var text: String

    package init(stringLiteral value: String) { text = value }

    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
}

extension Markup {
    /// What a form sends without showing it.
    package static func hidden(_ fields: [(name: String, value: String)]) -> Markup {
        "\(fields.map { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">\n" as Markup })"
    }
}
