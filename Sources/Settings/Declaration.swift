/// What is said of a setting, wherever it is said: by the help, by the reference, and by what checks it.
package struct Declaration: Sendable {
    /// What may stand there.
    package enum Kind: Sendable {
        /// Anything, and what it is called.
        case text(String)
        /// The path of a file with a secret, which others must not be able to read.
        case secretFile
        case number(ClosedRange<Int>)
        case seconds(ClosedRange<Int>)
        case choice([String])
        /// One or several with commas between them, or `all`; in the file also a list.
        case choices([String])
    }

    /// What belongs together, and is read by the same subcommands.
    package enum Section: String, CaseIterable, Sendable {
        case stores, logs, heads, serving, tuning, traces

        var title: String {
            switch self {
            case .stores: "Stores and secrets"
            case .logs: "Logs"
            case .heads: "Signed heads"
            case .serving: "Serving"
            case .tuning: "Tuning"
            case .traces: "Traces"
            }
        }

        var readers: String {
            switch self {
            case .stores, .logs: "every subcommand that opens a store"
            case .heads: "`daybook serve` and `daybook audit verify`"
            case .serving, .tuning, .traces: "`daybook serve`"
            }
        }
    }

    /// How the file calls it; a dot goes down one level.
    package let key: String
    /// Without the dashes; nil for what is not said on command lines.
    package let flag: String?
    package let environment: String
    package let section: Section
    package let kind: Kind
    /// Nil if there is none: then nothing is a value too.
    package let standard: String?
    package let isSecret: Bool
    package let isReloadable: Bool
    package let meaning: String

    /// The variable that names a file with the value, for secrets.
    package var fileEnvironment: String? { isSecret ? environment + "_FILE" : nil }

    /// Whether a text can be its value.
    package func accepts(_ text: String) -> Bool {
        guard !text.isEmpty else { return standard == nil }
        switch kind {
        case .text, .secretFile: return true
        case .number(let range), .seconds(let range): return Int(text).map(range.contains) ?? false
        case .choice(let names): return names.contains(text)
        case .choices(let names):
            let given = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return given == ["all"] || given.allSatisfy(names.contains)
        }
    }

    /// What is accepted, to go on from "expected".
    package var expectation: String {
        switch kind {
        case .text(let what): what
        case .secretFile: "the path of a file"
        case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .seconds(let range): "whole seconds from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .choices(let names): "all, or some of \(names.joined(separator: ", ")) with commas between them"
        }
    }

    var isList: Bool { if case .choices = kind { true } else { false } }
}

extension Setting {
    /// - Parameters:
    ///   - key: the flag is the same with dashes for dots, the environment's name the same in capitals behind `DAYBOOK_`.
    ///   - flag: another one.
    ///   - hasFlag: false for what is not said on command lines.
    ///   - environment: another name.
    init(
        _ key: String,
        _ section: Declaration.Section,
        _ kind: Declaration.Kind,
        default standard: String? = nil,
        flag: String? = nil,
        hasFlag: Bool = true,
        environment: String? = nil,
        isSecret: Bool = false,
        isReloadable: Bool = false,
        _ meaning: String
    ) {
        let words = key.split { $0 == "." || $0 == "-" }
        declaration = Declaration(
            key: key,
            flag: hasFlag ? flag ?? words.joined(separator: "-") : nil,
            environment: environment ?? "DAYBOOK_" + words.joined(separator: "_").uppercased(),
            section: section,
            kind: kind,
            standard: standard,
            isSecret: isSecret,
            isReloadable: isReloadable,
            meaning: meaning
        )
        precondition(
            standard.map(declaration.accepts) ?? true && Value.read(standard) != nil,
            "the default of \(key) must be a value"
        )
    }
}
