internal import ArgumentParser

/// `daybook ctl …`
struct CtlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract: "Operates an installation by its control API, from wherever that can be reached.",
        discussion: "As an operator (docs/control.md); every call is an event of the control log.",
        subcommands: [CtlOrgs.self, CtlLimits.self, CtlPlans.self, CtlPolicies.self]
    )
}
