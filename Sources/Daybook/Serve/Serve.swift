internal import ArgumentParser
internal import Foundation
internal import Logging

/// `daybook serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves until SIGTERM or SIGINT.",
        discussion: """
            With several roles, or all, one process does everything; on a fleet each role runs apart and in as many copies as \
            it needs. A process starts and answers while Postgres or Redis is away, and goes on by itself when they are back.
            """
    )

    /// A part of the whole that can run in a process of its own.
    enum Role: String, CaseIterable, Sendable {
        case tenantAPI = "tenant-api"
        case realtime
        case projector
        case fanout
        /// Signs the heads of the log.
        case heads
    }

    @Option(
        help: "Which parts: tenant-api, realtime, projector, fanout, heads, several with commas between them, or all."
    )
    var role = "all"

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at.")
    var port = 8080

    @Option(
        help: """
            A port for /metrics alone, for whoever can reach it. Without it /metrics is on the other port, and answers only \
            loopback and private addresses, and no proxies.
            """
    )
    var metricsPort: Int?

    @Option(help: "The address of the port for /metrics.")
    var metricsHost = "127.0.0.1"

    @Option(
        help: """
            A file with the certificate to serve TLS with, those of its chain after it, in PEM. It and its key are read again \
            when they change. Without it there is no TLS. [DAYBOOK_TLS_CERTIFICATE]
            """
    )
    var tlsCertificate: String?

    @Option(help: "The file with the certificate's key, in PEM. [DAYBOOK_TLS_KEY]")
    var tlsKey: String?

    @Option(
        help: "Seconds after SIGTERM in which all is served and /readyz says 503, so that load balancers turn away."
    )
    var drainSeconds = 0

    @Option(help: "How many seconds a projector or a fan-out may be behind the log and be called ready.")
    var readyLag = 30

    @OptionGroup var heads: HeadOptions

    @OptionGroup var installation: Installation

    func validate() throws {
        _ = try roles()
        for port in [metricsPort].compactMap(\.self) where !(1...65_535).contains(port) {
            throw ValidationError("a port is a number from 1 to 65535")
        }
        guard (0...3_600).contains(drainSeconds) else { throw ValidationError("draining takes 0 to 3600 seconds") }
        guard readyLag > 0 else { throw ValidationError("a lag is a number of seconds") }
        guard (1...65_535).contains(port) else { throw ValidationError("a port is a number from 1 to 65535") }
    }

    func run() async throws {
        let logger = installation.logger()
        OpenFiles.raiseLimit(logger)
        Monitoring.bootstrap()
        let traces = Traces.bootstrap(logger: logger)
        let options = Server.Options(
            roles: try roles(),
            host: host,
            port: port,
            certificate: try ServingCertificate.configured(tlsCertificate, tlsKey),
            metrics: metricsPort.map { Monitoring.Address(host: metricsHost, port: $0) },
            drain: .seconds(drainSeconds),
            readyLag: Double(readyLag),
            traces: traces
        )
        if role != "all", options.roles.contains(.heads), try heads.signing() == nil {
            throw ToolError("the role heads needs --heads and --head-key-file")
        }
        try await Server(installation, heads, options, logger: logger).run()
    }

    private func roles() throws -> Set<Role> {
        if role == "all" { return Set(Role.allCases) }
        let names = role.split(separator: ",", omittingEmptySubsequences: false)
        return Set(
            try names.map { name in
                guard let role = Role(rawValue: String(name)) else {
                    throw ValidationError("there is no role '\(name)'")
                }
                return role
            }
        )
    }
}
