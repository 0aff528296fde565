/// What is wrong with the settings, all of it, each on a line that names where it stands. Quotes no values.
package struct SettingsFault: Error, CustomStringConvertible, Equatable {
    package let faults: [String]

    package init(_ faults: [String]) { self.faults = faults }

    package var description: String { faults.joined(separator: "\n") }
}

/// The value of every setting, and where it was said: a flag wins over the environment, that over a file with a secret, that over
/// the configuration file, and that over the default.
package struct Settings: Sendable {
    /// Where a value was said.
    package enum Origin: Sendable, Equatable, CustomStringConvertible {
        case flag(String)
        case environment(String)
        case secretFile(String)
        case file(String, line: Int)
        case standard

        package var description: String {
            switch self {
            case .flag(let name): "--\(name)"
            case .environment(let name): name
            case .secretFile(let path): path
            case .file(let path, let line): "\(path):\(line)"
            case .standard: "default"
            }
        }
    }

    /// What a process was started with, so that the rest can be read again.
    package struct Start: Sendable {
        /// By key.
        package let flags: [String: String]
        package let environment: [String: String]
        /// The configuration file, if there is one.
        package let file: String?
        /// What the subcommand reads. Of all else only the file is checked.
        package let sections: Set<Declaration.Section>

        package init(
            flags: [String: String],
            environment: [String: String],
            file: String?,
            sections: Set<Declaration.Section>
        ) {
            (self.flags, self.file, self.sections) = (flags, file, sections)
            // To clear a variable is to take back what it said.
            self.environment = environment.filter { !$0.value.isEmpty }
        }
    }

    package let start: Start
    /// What is allowed but not wise.
    package let warnings: [String]
    private var values: [String: (text: String?, origin: Origin)]

    /// Reads everything and checks it.
    package init(_ start: Start, catalog: Catalog = .daybook) throws(SettingsFault) {
        self.start = start
        let declarations = catalog.declarations
        let file = try start.file.map { (path) throws(SettingsFault) in
            try SettingsFile(path: path, declarations: declarations)
        }
        var faults = file?.faults ?? []
        var warnings: [String] = []
        let secrets = Self.secretFiles(start, declarations, &faults, &warnings)
        let sources = Sources(start, declarations, secrets, file)
        values = [:]
        for declaration in declarations {
            let (text, origin) = sources.find(declaration)
            let isRead = start.sections.contains(declaration.section)
            if isRead, let text, !declaration.accepts(text) {
                faults.append("\(origin): expected \(declaration.expectation)")
            }
            if isRead, case .secretFile = declaration.kind, let text {
                Self.check(text, &faults, &warnings)
            }
            // Whether or not it counts, it can be read there.
            if let file, declaration.isSecret, file.entries[declaration.key] != nil {
                Self.check(file.path, &faults, &warnings)
            }
            values[declaration.key] = isRead ? (text, origin) : (declaration.standard, .standard)
        }
        guard faults.isEmpty else { throw SettingsFault(faults) }
        self.warnings = warnings
    }

    package subscript<Value>(_ setting: KeyPath<Catalog, Setting<Value>>) -> Value {
        let key = Catalog.daybook[keyPath: setting].declaration.key
        guard let value = Value.read(values[key]?.text) else { preconditionFailure("\(key) was checked") }
        return value
    }

    /// The text of a value and where it was said, for whoever shows it; secrets as `<set>`.
    package func shown(_ declaration: Declaration) -> (value: String, origin: Origin) {
        guard let (text, origin) = values[declaration.key] else { return ("", .standard) }
        let hides = declaration.isSecret && origin != .standard
        return (text.map { hides ? "<set>" : $0 } ?? "", origin)
    }

    /// The text of a value that is not the standard one; nil if there is none.
    func said(_ declaration: Declaration) -> String? {
        guard let (text, origin) = values[declaration.key], origin != .standard else { return nil }
        return text
    }

    /// Reads everything again, with the same flags and environment.
    package func readAgain() throws(SettingsFault) -> Settings { try Settings(start) }

    /// The settings whose values are others than those of `newer`.
    package func changes(to newer: Settings) -> [Declaration] {
        Catalog.daybook.declarations.filter { values[$0.key]?.text != newer.values[$0.key]?.text }
    }

    /// These with what can be changed while a process runs from `newer`.
    package func adopting(_ newer: Settings) -> Settings {
        var settings = self
        for declaration in changes(to: newer) where declaration.isReloadable {
            settings.values[declaration.key] = newer.values[declaration.key]
        }
        return settings
    }

    /// The secrets that the environment names files for and does not hold itself.
    private static func secretFiles(
        _ start: Start,
        _ declarations: [Declaration],
        _ faults: inout [String],
        _ warnings: inout [String]
    ) -> [String: (text: String, path: String)] {
        var found: [String: (text: String, path: String)] = [:]
        for declaration in declarations where start.sections.contains(declaration.section) {
            guard let variable = declaration.fileEnvironment, let path = start.environment[variable],
                start.flags[declaration.key] == nil, start.environment[declaration.environment] == nil
            else { continue }
            guard let text = SecretFiles.content(of: path), !text.isEmpty else {
                faults.append("\(variable): cannot read a value from \(path)")
                continue
            }
            check(path, &faults, &warnings)
            found[declaration.key] = (text, path)
        }
        return found
    }

    private static func check(_ path: String, _ faults: inout [String], _ warnings: inout [String]) {
        switch SecretFiles.exposure(of: path) {
        case .everybody?:
            let fault = "\(path) holds a secret, and others can read or change it: chmod 600"
            if !faults.contains(fault) { faults.append(fault) }
        case .group?:
            let warning = "\(path) holds a secret, and its group can read it"
            if !warnings.contains(warning) { warnings.append(warning) }
        case SecretFiles.Exposure.none?, nil: break
        }
    }
}
