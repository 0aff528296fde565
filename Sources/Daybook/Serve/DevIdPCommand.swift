internal import ArgumentParser
internal import DevIdP
internal import Foundation
internal import Hummingbird
internal import Logging
internal import Observability
internal import Settings

/// `daybook dev-idp`
struct DevIdPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev-idp",
        abstract: "Runs an OpenID provider for development, where everybody is whom they say they are.",
        discussion: """
            It is a real provider in everything but asking for passwords. It starts in development only, and listens only to the \
            machine that it runs on, unless --force is given.
            """
    )

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at.")
    var port = 8090

    @Option(help: "Under which URL it is known; by default the address that it listens at.")
    var issuer: String?

    @Option(help: "The folder where it keeps people and keys.")
    var data: String

    @Option(
        name: .customLong("relying-party"),
        help: "The URL of an installation that it vouches for people to; may be given several times."
    )
    var relyingParties: [String] = []

    @Option(
        name: .customLong("back-channel-logout"),
        help: "A URL that is told of logouts, such as http://127.0.0.1:8080/auth/backchannel-logout/dev."
    )
    var backChannelLogout: String?

    @Option(help: "`development`, or it does not start. [DAYBOOK_ENVIRONMENT]")
    var environment = ProcessInfo.processInfo.environment["DAYBOOK_ENVIRONMENT"] ?? "production"

    @Flag(help: "Starts it all the same.")
    var force = false

    func run() async throws {
        if let reason = DevIdP.refusal(environment: environment, host: host, isForced: force) {
            throw ToolError(reason)
        }
        var client = DevIdP.Client(
            id: "daybook",
            name: "Daybook",
            redirectURIs: relyingParties.map { $0 + "/auth/callback" }
        )
        client.postLogoutRedirectURIs = relyingParties.map { $0 + "/" }
        client.backChannelLogoutURI = backChannelLogout
        let configuration = DevIdP.Configuration(
            issuer: issuer ?? "http://\(host):\(port)",
            folder: data,
            clients: [client]
        )
        let logger = Logger(label: "daybook-dev-idp") { LogFormat.text.handler(label: $0) }
        try await DevIdP(configuration).application(host: host, port: port, logger: logger).runService()
    }
}
