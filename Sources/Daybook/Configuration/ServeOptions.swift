internal import ArgumentParser
internal import Settings

/// What a process serves, and where.
struct ServeOptions: SettingOptions {
    @Option(\.role) var role: String?
    @Option(\.httpHost) var host: String?
    @Option(\.httpPort) var port: String?
    @Option(\.publicURL) var publicURL: String?
    @Option(\.trustedProxies) var httpTrustedProxies: String?
    @Option(\.proxyHeader) var httpProxyHeader: String?
    @Option(\.limitsPercent) var limitsPercent: String?
    @Option(\.providersFile) var authProvidersFile: String?
    @Option(\.mailFolder) var mailFolder: String?
    @Option(\.tlsCertificate) var tlsCertificate: String?
    @Option(\.tlsKey) var tlsKey: String?
    @Option(\.metricsPort) var metricsPort: String?
    @Option(\.metricsHost) var metricsHost: String?
    @Option(\.drain) var drainSeconds: String?
    @Option(\.readyLag) var readyLag: String?

    static let sections: Set<Declaration.Section> = [.serving, .tuning, .traces]

    var given: [GivenFlag] {
        [
            GivenFlag(\.role, role), GivenFlag(\.httpHost, host), GivenFlag(\.httpPort, port),
            GivenFlag(\.publicURL, publicURL), GivenFlag(\.providersFile, authProvidersFile),
            GivenFlag(\.trustedProxies, httpTrustedProxies), GivenFlag(\.proxyHeader, httpProxyHeader),
            GivenFlag(\.limitsPercent, limitsPercent), GivenFlag(\.mailFolder, mailFolder),
            GivenFlag(\.tlsCertificate, tlsCertificate), GivenFlag(\.tlsKey, tlsKey),
            GivenFlag(\.metricsPort, metricsPort), GivenFlag(\.metricsHost, metricsHost),
            GivenFlag(\.drain, drainSeconds), GivenFlag(\.readyLag, readyLag),
        ]
    }
}
