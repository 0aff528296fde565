internal import Configuration
internal import Synchronization

/// Everything that has been said, in the order in which it counts.
struct Sources {
    private let reader: ConfigReader
    private let answers = Answers()
    /// Whence an answer of the nth provider comes.
    private let origins: [@Sendable (Declaration) -> Settings.Origin]

    init(
        _ start: Settings.Start,
        _ declarations: [Declaration],
        _ secrets: [String: (text: String, path: String)],
        _ file: SettingsFile?
    ) {
        let variables = Dictionary(declarations.map { ($0.configKey, $0.environment.lowercased()) }) { first, _ in first
        }
        let providers: [(any ConfigProvider, @Sendable (Declaration) -> Settings.Origin)] = [
            (Self.provider(of: start.flags), { .flag($0.flag ?? $0.key) }),
            (
                EnvironmentVariablesProvider(environmentVariables: start.environment).mapKeys { key in
                    variables[key].map { AbsoluteConfigKey([$0]) } ?? key
                }, { .environment($0.environment) }
            ),
            (Self.provider(of: secrets.mapValues(\.text)), { .secretFile(secrets[$0.key]?.path ?? "") }),
            (
                Self.provider(of: file?.entries.mapValues(\.text) ?? [:]),
                { [path = file?.path, lines = file?.entries.mapValues(\.line)] in
                    .file(path ?? "", line: lines?[$0.key] ?? 0)
                }
            ),
        ]
        reader = ConfigReader(providers: providers.map(\.0), accessReporter: answers)
        origins = providers.map(\.1)
    }

    private static func provider(of values: [String: String]) -> InMemoryProvider {
        InMemoryProvider(
            values: Dictionary(
                values.map { (AbsoluteConfigKey(ConfigKey($0.key)), ConfigValue(.string($0.value), isSecret: true)) }
            ) { first, _ in first }
        )
    }

    /// A setting's value, and who said so; the default if nobody did.
    func find(_ declaration: Declaration) -> (text: String?, origin: Settings.Origin) {
        let text = reader.string(forKey: ConfigKey(declaration.key), isSecret: declaration.isSecret)
        guard let text, let number = answers.last else { return (declaration.standard, .standard) }
        return (text, origins[number](declaration))
    }

    /// Remembers which provider gave the last answer.
    private final class Answers: AccessReporter {
        private let number = Mutex<Int?>(nil)

        var last: Int? { number.withLock { $0 } }

        func report(_ event: AccessEvent) {
            let answering = event.providerResults.firstIndex { (try? $0.result.get().value) != nil }
            number.withLock { $0 = answering }
        }
    }
}

extension Declaration {
    var configKey: AbsoluteConfigKey { AbsoluteConfigKey(ConfigKey(key)) }
}
