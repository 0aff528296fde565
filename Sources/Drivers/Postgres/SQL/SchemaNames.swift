/// Which schemas stand in for others on a connection: how what is written for one schema runs beside it in another.
///
///     configuration.schemas = SchemaNames(["rm": "rm_next"])      // "SELECT … FROM rm.rooms" reads rm_next.rooms
package struct SchemaNames: Sendable, Hashable {
    private let names: [String: String]

    /// - Parameter names: plain lower-case identifiers.
    package init(_ names: [String: String] = [:]) { self.names = names }

    /// The text with every `<schema>.` in it replaced. It must be the program's own: texts in quotes are not told apart.
    package func applied(to text: String) -> String {
        names.reduce(text) { text, name in
            text.replacing(try! Regex("(?<![A-Za-z0-9_$\"])\(name.key)\\.")) { _ in "\(name.value)." }
        }
    }
}
