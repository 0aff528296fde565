/// Which schemas stand in for others on a connection: how what is written for one schema runs beside it in another.
///
///     configuration.schemas = SchemaNames(["rm": "rm_next"])      // "SELECT … FROM rm.rooms" reads rm_next.rooms
package struct SchemaNames: Sendable, Hashable {
    private let names: [String: String]

    /// - Parameter names: plain lower-case identifiers.
    package init(_ names: [String: String] = [:]) { self.names = names }

    /// The text with every `<schema>.` in it replaced. It must be the program's own: texts in quotes are not told apart.
    package func applied(to text: String) -> String {
        if names.isEmpty { return text }
        var result = ""
        var word = ""
        for character in text.unicodeScalars {
            if Self.isOfIdentifiers(character) {
                word.unicodeScalars.append(character)
            } else {
                result += character == "." ? names[word] ?? word : word
                result.unicodeScalars.append(character)
                word = ""
            }
        }
        return result + word
    }

    private static func isOfIdentifiers(_ character: Unicode.Scalar) -> Bool {
        character.properties.isAlphabetic || ("0"..."9").contains(character) || character == "_" || character == "$"
            || character == "\""
    }
}
