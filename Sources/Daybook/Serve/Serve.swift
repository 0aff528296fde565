internal import ArgumentParser
internal import Logging
internal import Observability
internal import Settings
internal import UnixSignals

/// `daybook serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves until SIGTERM or SIGINT; reads its configuration file again on SIGHUP.",
        discussion: """
            With several roles, or all, one process does everything; on a fleet each role runs apart and in as many copies as \
            it needs. A process starts and answers while Postgres or Redis is away, and goes on by itself when they are back.
            """
    )

    typealias Role = ServingRole

    @OptionGroup var options: ServeOptions
    @OptionGroup var heads: HeadOptions
    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        // From here on a hangup is no end.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let settings = try Settings(installation, heads, options)
        let (installation, live) = (try Installation(settings), LiveSettings(settings))
        let logger = installation.logger()
        for warning in settings.warnings { logger.warning("\(warning)") }
        live.onReload { [threshold = installation.logThreshold] in threshold.level = $0[\.logLevel] }
        OpenFiles.raiseLimit(logger)
        Monitoring.bootstrap()
        let options = Server.Options(
            roles: settings[\.role],
            host: settings[\.httpHost],
            port: settings[\.httpPort],
            certificate: try ServingCertificate.configured(settings),
            metrics: settings[\.metricsPort].map { Monitoring.Address(host: settings[\.metricsHost], port: $0) },
            live: live,
            hangups: hangups,
            traces: Traces.bootstrap(settings, logger: logger)
        )
        // Where all roles run, heads are signed if there is a key.
        if options.roles != Set(Role.allCases), options.roles.contains(.heads) {
            for cell in installation.servedCells where try HeadKeys(of: cell, settings).signing() == nil {
                throw ToolError("the role heads needs --heads and --head-key-file, and the like for each further cell")
            }
        }
        try await Server(installation, options, logger: logger).run()
    }
}
