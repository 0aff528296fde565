internal import ArgumentParser
internal import Foundation
internal import Settings

/// Options of the command line that are settings: what each is called and does is told by the catalog.
protocol SettingOptions: ParsableArguments {
    /// What a subcommand that has these options reads.
    static var sections: Set<Declaration.Section> { get }
    var given: [GivenFlag] { get }
}

/// A setting and what the command line says of it; nil if it says nothing.
struct GivenFlag {
    let declaration: Declaration
    let text: String?

    init<Value>(_ setting: KeyPath<Catalog, Setting<Value>>, _ text: String?) {
        declaration = Catalog.daybook[keyPath: setting].declaration
        self.text = text
    }
}

extension SettingOptions {
    /// So that a mistyped flag is answered with how the subcommand is used.
    func validate() throws {
        for flag in given {
            guard let text = flag.text, !flag.declaration.accepts(text) else { continue }
            throw ValidationError("--\(flag.declaration.flag ?? ""): expected \(flag.declaration.expectation)")
        }
    }
}

extension Option where Value == String? {
    /// The flag of a setting. It has no default, so that what is said elsewhere counts; the help tells the catalog's.
    init<Content>(_ setting: KeyPath<Catalog, Setting<Content>>) {
        let declaration = Catalog.daybook[keyPath: setting].declaration
        guard let flag = declaration.flag else { preconditionFailure("\(declaration.key) has no flag") }
        self.init(name: .customLong(flag), help: ArgumentHelp(stringLiteral: declaration.help))
    }
}

extension Declaration {
    fileprivate var help: String {
        let range =
            switch kind {
            case .number, .seconds, .choice, .choices:
                " \(expectation.prefix(1).uppercased())\(expectation.dropFirst())."
            case .text, .secretFile: ""
            }
        return "\(meaning)\(range) [\(environment)]" + (standard.map { " (default: \($0))" } ?? "")
    }
}

extension Settings {
    /// What counts for a subcommand with these options.
    init(_ installation: InstallationOptions, _ others: any SettingOptions...) throws {
        let groups = [installation] + others
        var flags: [String: String] = [:]
        for flag in groups.flatMap(\.given) { flags[flag.declaration.key] = flag.text }
        let environment = ProcessInfo.processInfo.environment
        let file = installation.config ?? environment["DAYBOOK_CONFIG"]
        try self.init(
            Start(
                flags: flags,
                environment: environment,
                file: file.flatMap { $0.isEmpty ? nil : $0 },
                sections: groups.reduce(into: []) { $0.formUnion(type(of: $1).sections) }
            )
        )
    }
}
