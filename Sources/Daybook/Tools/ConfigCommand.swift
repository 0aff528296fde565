internal import ArgumentParser
internal import Foundation
internal import Settings

/// `daybook config …`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Shows what can be set, and what is.",
        subcommands: [Check.self, ReferencePage.self]
    )

    /// `daybook config check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks every setting, and shows it with where it was said.",
            discussion: "Takes the options of `daybook serve` and opens no store. Secrets are shown as <set>."
        )

        @OptionGroup var options: ServeOptions
        @OptionGroup var heads: HeadOptions
        @OptionGroup var installation: InstallationOptions

        func run() throws {
            let settings = try Settings(installation, heads, options)
            _ = try settings.mailer()
            var table = TextTable()
            for declaration in Catalog.daybook.declarations {
                let (value, origin) = settings.shown(declaration)
                table.add([declaration.key, value.isEmpty ? "-" : value, "\(origin)"])
            }
            print(table, terminator: "")
            for warning in settings.warnings {
                FileHandle.standardError.write(Data("Warning: \(warning)\n".utf8))
            }
        }
    }

    /// `daybook config reference`
    struct ReferencePage: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reference",
            abstract: "Prints the page that docs/configuration.md is."
        )

        func run() { print(Reference.markdown(), terminator: "") }
    }
}
