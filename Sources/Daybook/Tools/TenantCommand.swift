internal import ArgumentParser
internal import Commands
internal import EventStore
internal import Events
internal import Foundation
internal import Sessions

/// `daybook tenant …`
struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant",
        abstract: "Makes tenants.",
        subcommands: [Create.self]
    )

    /// `daybook tenant create SLUG`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a tenant and its first users. What is there already stays as it is, so it can be repeated."
        )

        @Argument(help: "Its name in lower-case letters, digits and hyphens, such as `demo`.")
        var slug: String

        @Option(help: "The handle of an owner; may be given several times.")
        var owner: [String] = []

        @Option(help: "The handle of an auditor; may be given several times.")
        var auditor: [String] = []

        @OptionGroup var installation: InstallationOptions

        func validate() throws {
            guard OrgName(slug: slug) != nil else {
                throw ValidationError("'\(slug)' cannot be a tenant's name")
            }
            for handle in owner + auditor where Handle.normalized(handle) == nil {
                throw ValidationError("'\(handle)' cannot be a handle")
            }
        }

        func run() async throws {
            try await Workbench.run(installation) { workbench in
                let tenant = try await place(by: workbench)
                print("tenant \(slug): \(tenant.id.text) in partition \(tenant.partition)")
                for (handles, role) in [(owner, Role.owner), (auditor, .auditor)] {
                    for handle in handles { try await add(handle, role, to: tenant, by: workbench) }
                }
            }
        }

        /// What is there of it is gone on with.
        private func place(by workbench: Workbench) async throws -> Tenant {
            let control = workbench.control
            if try await control.registry.tenant(named: slug) == nil {
                let found = FoundOrg(org: OrgID(), tenant: TenantID(), slug: slug, name: slug)
                _ = try await control.handler.handle(found, in: .operators)
            }
            guard let entry = try await control.registry.tenant(named: slug) else {
                throw ToolError("the name '\(slug)' is held by an onboarding; try again later")
            }
            if let cell = entry.cell { try workbench.installation.expect(slug, in: cell) }
            let placed = try await workbench.log.place(entry.tenant.uuid)
            let cell = workbench.installation.cell.name
            let assign = AssignCell(tenant: entry.tenant, cell: cell, partition: placed.partition)
            _ = try await control.handler.handle(assign, in: .operators)
            // The registrar brings them into the tenant's log.
            _ = try await control.handler.handle(ResolveLimits(of: entry.org), in: .operators)
            _ = try await control.handler.handle(ActivateTenant(tenant: entry.tenant), in: .operators)
            return placed
        }

        private func add(_ handle: String, _ role: Role, to tenant: Tenant, by workbench: Workbench) async throws {
            var user = UserID(.derived("daybook.tenant.user", tenant.id.bytes, Array(handle.utf8)))
            let context = CommandContext(caller: Caller(tenant: tenant, actor: .system, user: nil))
            do throws(CommandError) {
                let add = AddUser(user: user, handle: handle, name: handle, role: role)
                _ = try await workbench.handler.handle(add, in: context)
            } catch {
                guard case .refused(let refusal) = error, refusal.code == "user.handle_taken" else {
                    throw error.asToolError
                }
                user = try await workbench.user(handle, of: tenant) ?? user
            }
            print("  \(role.rawValue) \(handle): \(user)")
        }
    }
}
