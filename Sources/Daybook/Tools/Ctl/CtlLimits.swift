internal import ArgumentParser
internal import Events
internal import Foundation
internal import NIOHTTP1

/// `daybook ctl limits …`
struct CtlLimits: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Shows how much an organization may use, and sets it limits of its own.",
        subcommands: [Show.self, Set.self, Unset.self]
    )

    /// As the API answers it, as far as a table shows it.
    private struct Limits: Decodable {
        struct Limit: Decodable {
            let meter: String
            let hard: Int64?
            let soft: Int64?
            let source: String
            let reason: String?
            let isInForce: Bool

            private enum CodingKeys: String, CodingKey {
                case meter, hard, soft, source, reason
                case isInForce = "is_in_force"
            }
        }

        let items: [Limit]

        var table: TextTable {
            var table = TextTable()
            table.add(["METER", "HARD", "SOFT", "SOURCE", "IN FORCE", "REASON"])
            for limit in items {
                table.add([
                    limit.meter, Self.bound(limit.hard), Self.bound(limit.soft), limit.source,
                    limit.isInForce ? "yes" : "not yet", limit.reason ?? "",
                ])
            }
            return table
        }

        private static func bound(_ bound: Int64?) -> String { bound.map { "\($0)" } ?? "none" }
    }

    /// What `set` sends.
    private struct NewLimit: Encodable, Sendable {
        let hard: Int64?
        let soft: Int64?
        let reason: String
    }

    /// - Parameter path: below the organization's; what is answered is its limits.
    static func send(
        _ method: HTTPMethod,
        _ target: CtlOrgs.Target,
        _ path: String = "limits",
        _ body: (any Encodable & Sendable)? = nil
    ) async throws {
        try await target.options.withClient { client in
            let answer = try await client.send(method, "/control/orgs/\(target.org)/\(path)", body)
            guard !target.options.json else { return print(String(decoding: answer, as: UTF8.self)) }
            print(try JSONDecoder().decode(Limits.self, from: answer).table, terminator: "")
        }
    }

    /// `daybook ctl limits show ORG`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How much an organization may use.")

        @OptionGroup var target: CtlOrgs.Target

        func run() async throws { try await CtlLimits.send(.GET, target) }
    }

    /// `daybook ctl limits set ORG METER --hard … --reason …`
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sets an organization a limit of its own.")

        @OptionGroup var target: CtlOrgs.Target

        @Argument(help: "Of what.")
        var meter: Meter

        @Option(help: "Beyond it commands are refused; nothing is without it.")
        var hard: Int64?

        @Option(help: "From it on the tenant is told.")
        var soft: Int64?

        @Option(help: "Why; it stays in the log.")
        var reason: String

        func run() async throws {
            let limit = NewLimit(hard: hard, soft: soft, reason: reason)
            try await CtlLimits.send(.PUT, target, "limits/\(meter.rawValue)", limit)
        }
    }

    /// `daybook ctl limits unset ORG METER`
    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives an organization what its plan says.")

        @OptionGroup var target: CtlOrgs.Target

        @Argument(help: "Of what.")
        var meter: Meter

        func run() async throws { try await CtlLimits.send(.DELETE, target, "limits/\(meter.rawValue)") }
    }
}

extension Meter: ExpressibleByArgument {}
