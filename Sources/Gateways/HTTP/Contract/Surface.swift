/// A part of the API with a contract of its own.
package struct Surface: Sendable {
    /// Where all its routes are, such as `/api`.
    package let path: String
    package let title: String
    /// What one does there.
    package let summary: String

    package init(at path: String, title: String, summary: String) {
        self.path = path
        self.title = title
        self.summary = summary
    }

    package var contractPath: String { path + "/openapi.json" }
}
