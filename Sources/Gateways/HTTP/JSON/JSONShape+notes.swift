extension JSONShape {
    /// What is known of a value beyond its kind. It is told in the contract; that it holds is seen to by the rules themselves.
    package struct Note: Sendable, Equatable {
        /// Of an integer its value, of a text its Unicode scalars, of an array its elements. No end: `Int.max`.
        package var bounds: ClosedRange<Int>?
        /// A regular expression that holds in ECMA-262 and Python alike.
        package var pattern: String?
        /// One of the formats that JSON Schema knows, such as `date-time`.
        package var format: String?
        /// For people.
        package var text: String?

        package init(
            bounds: ClosedRange<Int>? = nil,
            pattern: String? = nil,
            format: String? = nil,
            text: String? = nil
        ) {
            self.bounds = bounds
            self.pattern = pattern
            self.format = format
            self.text = text
        }
    }

    /// An integer within bounds.
    package static func integer(in bounds: ClosedRange<Int>) -> JSONShape { .noted(.integer, Note(bounds: bounds)) }

    /// A text that matches a regular expression.
    package static func text(matching pattern: String) -> JSONShape { .noted(.text, Note(pattern: pattern)) }

    /// The bounds that are known.
    var bounds: ClosedRange<Int>? {
        switch self {
        case .noted(let shape, let note): note.bounds ?? shape.bounds
        case .named(_, let shape), .nullable(let shape): shape.bounds
        default: nil
        }
    }
}

extension JSONShape.Note {
    package static func about(_ text: String) -> Self { Self(text: text) }

    package static func bounds(_ bounds: ClosedRange<Int>, _ text: String? = nil) -> Self {
        Self(bounds: bounds, text: text)
    }

    package static func atLeast(_ least: Int, _ text: String? = nil) -> Self {
        Self(bounds: least...Int.max, text: text)
    }

    /// One line of text: without control characters.
    package static func line(_ lengths: ClosedRange<Int>, _ text: String? = nil) -> Self {
        Self(bounds: lengths, pattern: #"^[^\u0000-\u001f\u007f-\u009f]*$"#, text: text)
    }

    package static func pattern(_ pattern: String, _ text: String? = nil) -> Self { Self(pattern: pattern, text: text) }
}

/// A type that knows more of its fields than their types say, by their names in JSON.
package protocol NotedFields {
    static var notes: [String: JSONShape.Note] { get }
}
