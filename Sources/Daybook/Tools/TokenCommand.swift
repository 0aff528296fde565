internal import ArgumentParser
internal import EventStore
internal import Events
internal import Foundation
internal import Sessions

/// `daybook token`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Opens a session for a user and prints its token, or revokes a session."
    )

    @Option(help: "The tenant's name.")
    var tenant: String?

    @Option(help: "The user's handle.")
    var user: String?

    @Option(help: "How long the session lasts, such as 12h or 30d.")
    var lifetime: Lifetime = Lifetime(seconds: 30 * 86_400)

    @Option(help: "What the session is for, so that its owner knows it again.")
    var label: String = "daybook token"

    @Option(help: "The identifier of the session to revoke, instead of opening one.")
    var revoke: String?

    @OptionGroup var installation: InstallationOptions

    func validate() throws {
        if let revoke {
            guard UUID(uuidString: revoke) != nil else {
                throw ValidationError("'\(revoke)' is no session's identifier")
            }
        } else {
            guard tenant != nil, user != nil else {
                throw ValidationError("--tenant and --user, or --revoke, are needed")
            }
        }
    }

    func run() async throws {
        try await Workbench.run(installation) { workbench in
            if let id = revoke.flatMap({ UUID(uuidString: $0) }) {
                guard try await workbench.control.issuer.close(SessionID(id)) else {
                    throw ToolError("there is no such session to revoke")
                }
                return
            }
            let tenant = try await workbench.tenant(named: tenant ?? "")
            guard let user = try await workbench.user(user ?? "", of: tenant) else {
                throw ToolError("the tenant has no user '\(user ?? "")'")
            }
            let opened = try await workbench.control.issuer.open(
                tenant: tenant,
                user: user,
                lifetimes: .fixed(.seconds(lifetime.seconds)),
                label: label
            )
            // The token alone on standard output, so that a script can take it.
            print(opened.token)
            FileHandle.standardError.write(Data("session \(opened.id.uuid.text)\n".utf8))
        }
    }
}

/// A time as people write it: `90s`, `15m`, `12h`, `30d`.
struct Lifetime: ExpressibleByArgument {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()),
            (1...36_500).contains(count)
        else { return nil }
        seconds = count * unit
    }

    var defaultValueDescription: String { seconds % 86_400 == 0 ? "\(seconds / 86_400)d" : "\(seconds)s" }
}
