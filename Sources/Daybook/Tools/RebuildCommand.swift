internal import ArgumentParser
internal import EventStore
internal import Events
internal import Postgres
internal import Projections

/// `daybook rebuild`
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract:
            "Projects the whole log anew beside the read models that serve, compares, and puts the new ones in their place.",
        discussion: """
            Everything goes on meanwhile; the switch holds the projector for as long as the last few events take. If the two \
            differ, nothing is switched, unless --differing says that this is what is wanted: after an upgrade that projects \
            otherwise, or when the old ones were damaged. The old ones stay as the schema rm_previous until --forget; --back \
            catches them up and puts them back, unless a migration has come since: they lack it. One rebuild runs at a time; --check \
            works in a schema of its own, rm_check, and disturbs none.
            """
    )

    @Flag(help: "Only compare: whether the read models are what the log makes of them.")
    var check = false

    @Flag(help: "Switch even if the new read models differ from those that serve.")
    var differing = false

    @Flag(help: "Put back the read models that served before the last switch.")
    var back = false

    @Flag(help: "Drop the read models that served before the last switch, and what else rebuilds have left behind.")
    var forget = false

    @Flag(help: "Those of the control log (organizations, accounts, sessions), in place of a cell's.")
    var control = false

    @OptionGroup var installation: InstallationOptions

    func validate() throws {
        guard [check, differing, back, forget].count(where: \.self) <= 1 else {
            throw ValidationError("--check, --differing, --back and --forget exclude each other")
        }
    }

    func run() throws {
        try RebuildBench.run(installation, of: control ? .control : .product) { rebuild in
            if check { return try rebuild.alone(with: .check) { try compare(rebuild) } }
            try rebuild.alone(with: .live) {
                if back { return try goBack(rebuild) }
                if forget { return try rebuild.dropLeftovers() }
                guard try build(.next, rebuild) || differing else {
                    print("nothing was switched; rm_next holds the new ones")
                    throw ExitCode.failure
                }
                try rebuild.switchOver(to: .next)
                print("switched; rm_previous holds the old ones")
            }
        }
    }

    private func compare(_ rebuild: Rebuild) throws {
        let isSame = try build(.check, rebuild)
        try rebuild.drop(.check)
        guard isSame else { throw ExitCode.failure }
    }

    /// - Returns: whether the live read models are the same.
    private func build(_ schema: ReadModelSchema, _ rebuild: Rebuild) throws -> Bool {
        try rebuild.make(schema)
        let bar = ProgressLine()
        try rebuild.project(into: schema, through: try rebuild.livePositions(), onProgress: bar.show)
        bar.end()
        let comparison = try rebuild.compare(schema)
        print(comparison.rebuilt)
        for table in comparison.differences { print("DIFFERS \(table)") }
        let isSame = comparison.differences.isEmpty
        print(isSame ? "the read models are what the log makes of them" : "the read models differ from the log's")
        return isSame
    }

    private func goBack(_ rebuild: Rebuild) throws {
        guard try rebuild.exists(.previous) else { throw ToolError("there is nothing to go back to") }
        let madeAt = try rebuild.madeAt(.previous).map { "the rebuild of \($0)" } ?? "the migrations"
        try rebuild.switchOver(to: .previous)
        print("switched back to the read models made by \(madeAt); rm_previous holds those that served until now")
    }
}
