internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Sessions

/// `daybook forget`
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erases all that a user wrote, and who they were. It cannot be taken back.",
        discussion: """
            The user is deactivated first, which is refused for the last owner. The read models and queues are clean as soon as \
            the projector and the fan-out have come to it. It can be repeated. What is erased and what is not: docs/erasure.md.
            """
    )

    @Option(help: "The tenant's name.")
    var tenant: String

    @Option(help: "The user's handle, or their identifier: user_…")
    var user: String

    @Option(help: "Why: person_asked, organization_decided or law_demanded. It stays in the log.")
    var reason: UserEvent.ForgetReason

    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        try await Workbench.run(installation) { workbench in
            let tenant = try await workbench.tenant(named: tenant)
            var named = UserID(user)
            if named == nil { named = try await workbench.user(user, of: tenant) }
            guard let id = named else { throw ToolError("the tenant has no user '\(user)'") }
            let context = CommandContext(caller: Caller(tenant: tenant, actor: .system, user: nil))
            do throws(CommandError) {
                _ = try await workbench.handler.handle(DeactivateUser(user: id), in: context)
                let result = try await workbench.handler.handle(ForgetUser(user: id, reason: reason), in: context)
                print(
                    "\(id) is forgotten, by the log of partition \(tenant.partition) up to position \(result.position)"
                )
            } catch {
                throw error.asToolError
            }
            try await workbench.control.issuer.endAll(of: id, in: tenant, isForgotten: true)
        }
    }
}

extension UserEvent.ForgetReason: ExpressibleByArgument {}
