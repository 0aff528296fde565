internal import Foundation

/// Files that a command is given.
enum ToolFile {
    static func content(of path: String) throws(ToolError) -> Data {
        guard let content = FileManager.default.contents(atPath: path) else { throw ToolError("cannot read \(path)") }
        return content
    }

    static func text(of path: String) throws(ToolError) -> String {
        guard let text = String(validating: try content(of: path), as: UTF8.self) else {
            throw ToolError("\(path) is not text")
        }
        return text
    }
}

extension String {
    /// For a terminal, which must not take what stands in a file as commands.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }
}
