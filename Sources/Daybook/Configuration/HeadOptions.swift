internal import ArgumentParser
internal import Settings

/// Where the signed heads of the log are kept, and with which key they are signed.
struct HeadOptions: SettingOptions {
    @Option(\.heads) var heads: String?
    @Option(\.headKeyFile) var headKeyFile: String?
    @Option(\.headPublicKey) var headPublicKey: String?

    static let sections: Set<Declaration.Section> = [.heads]

    var given: [GivenFlag] {
        [
            GivenFlag(\.heads, heads), GivenFlag(\.headKeyFile, headKeyFile), GivenFlag(\.headPublicKey, headPublicKey),
        ]
    }
}
