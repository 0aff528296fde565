internal import ArgumentParser
internal import EventStore
internal import Events
internal import Postgres
internal import Projections

/// `daybook replay`
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Projects the log up to a position or a time into a schema of its own, to look at what was then.",
        discussion: """
            A position belongs to one partition, which --partition names. The tables are those of the schema rm, with every \
            tenant's rows; drop the schema when you have seen enough.
            """
    )

    @Option(help: "A position, or an RFC 3339 time such as 2026-11-23T12:00:00Z.")
    var to: String

    @Option(help: "The partition that the position is of; for a time, all are replayed unless one is named.")
    var partition: Int32?

    @Option(help: "The schema to make; one of this name is dropped first.")
    var into = "rm_replay"

    @OptionGroup var installation: InstallationOptions

    func validate() throws {
        guard into.wholeMatch(of: /rm_[a-z0-9_]+/) != nil else {
            throw ValidationError("a scratch schema is named rm_ and something of lower-case letters, digits and _")
        }
        guard !ReadModelSchema.reserved.contains(ReadModelSchema(into)) else {
            throw ValidationError("\(into) belongs to daybook rebuild")
        }
        guard Position(to) != nil || Timestamp(to) != nil else {
            throw ValidationError("--to takes a position or an RFC 3339 time")
        }
        guard Position(to) == nil || partition != nil else {
            throw ValidationError("a position needs --partition")
        }
    }

    func run() throws {
        try RebuildBench.run(installation) { rebuild in
            let schema = ReadModelSchema(into)
            try rebuild.alone(with: schema) { try replay(into: schema, rebuild) }
        }
    }

    private func replay(into schema: ReadModelSchema, _ rebuild: Rebuild) throws {
        let targets = try targets(rebuild)
        try rebuild.make(schema)
        let bar = ProgressLine()
        try rebuild.project(into: schema, through: targets, onProgress: bar.show)
        bar.end()
        for (partition, position) in targets.sorted(by: { $0.key < $1.key }) {
            print("partition \(partition) up to position \(position)")
        }
        print(try rebuild.digest(of: schema))
        print("it lies in the schema \(into)")
    }

    private func targets(_ rebuild: Rebuild) throws -> [Partition: Position] {
        var heads = try rebuild.heads()
        if let partition { heads = heads.filter { $0.key.number == partition } }
        guard !heads.isEmpty else { throw ToolError("there is no such partition") }
        if let position = Position(to) {
            if let head = heads.values.first, head < position { throw ToolError("the log ends at position \(head)") }
            return heads.mapValues { _ in max(0, position) }
        }
        guard let time = Timestamp(to) else { throw ToolError("--to takes a position or an RFC 3339 time") }
        return try rebuild.positions(at: time, in: Array(heads.keys))
    }
}
