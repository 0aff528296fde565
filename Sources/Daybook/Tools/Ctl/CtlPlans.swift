internal import ArgumentParser
internal import Events
internal import Foundation
internal import NIOHTTP1

/// `daybook ctl plans …`
struct CtlPlans: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plans",
        abstract: "Shows plans, defines them and gives them to organizations.",
        subcommands: [
            List.self, Show.self, Define.self, Retire.self, Default.self, Give.self, Take.self,
        ]
    )

    /// A plan as the API answers it, as far as a table shows it.
    private struct Plan: Decodable {
        struct Limit: Decodable {
            let meter: String
            let hard: Int64?
            let soft: Int64?

            var text: String {
                let bounds = [hard.map { "\($0)" }, soft.map { "told from \($0)" }].compactMap(\.self)
                return "\(meter) \(bounds.isEmpty ? "without limit" : bounds.joined(separator: ", "))"
            }
        }

        let plan: String
        let limits: [Limit]
        let orgs: Int64
        let isDefault: Bool
        let isRolledOut: Bool
        let retiredAt: String?

        private enum CodingKeys: String, CodingKey {
            case plan, limits, orgs
            case isDefault = "is_default"
            case isRolledOut = "is_rolled_out"
            case retiredAt = "retired_at"
        }

        var state: String { retiredAt != nil ? "retired" : isDefault ? "default" : "offered" }
    }

    private struct Plans: Decodable { let items: [Plan] }

    private static func show(_ plans: [Plan]) {
        var table = TextTable()
        table.add(["PLAN", "STATE", "ORGS", "ROLLED OUT", "LIMITS"])
        for plan in plans {
            let limits = plan.limits.map(\.text).joined(separator: "; ")
            table.add([plan.plan, plan.state, "\(plan.orgs)", plan.isRolledOut ? "yes" : "not yet", limits])
        }
        print(table, terminator: "")
    }

    private static func send(
        _ options: CtlOptions,
        _ method: HTTPMethod,
        _ path: String,
        _ body: (any Encodable & Sendable)? = nil
    ) async throws {
        try await options.withClient { client in
            let answer = try await client.send(method, path, body)
            guard !options.json else { return print(String(decoding: answer, as: UTF8.self)) }
            // Some answer one plan, some all.
            if let plans = try? JSONDecoder().decode(Plans.self, from: answer) { return show(plans.items) }
            show([try JSONDecoder().decode(Plan.self, from: answer)])
        }
    }

    /// Which plan.
    struct Target: ParsableArguments {
        @Argument(help: "The plan's name.")
        var plan: String

        @OptionGroup var options: CtlOptions

        func validate() throws {
            guard PlanName.isValid(plan) else {
                throw ValidationError("'\(plan)' is no plan's name: lower-case letters, digits and hyphens")
            }
        }
    }

    /// `daybook ctl plans list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The plans, by name.")

        @OptionGroup var options: CtlOptions

        func run() async throws { try await CtlPlans.send(options, .GET, "/control/plans") }
    }

    /// `daybook ctl plans show PLAN`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One plan.")

        @OptionGroup var target: Target

        func run() async throws { try await CtlPlans.send(target.options, .GET, "/control/plans/\(target.plan)") }
    }

    /// `daybook ctl plans define PLAN --hard METER=N … --soft METER=N …`
    struct Define: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Defines a plan by all of its limits, for every organization that has it."
        )

        @OptionGroup var target: Target

        @Option(help: "METER=N, such as rooms=50: beyond it commands are refused. May be given several times.")
        var hard: [MeterBound] = []

        @Option(help: "METER=N: from it on the tenant is told. May be given several times.")
        var soft: [MeterBound] = []

        private struct Body: Encodable, Sendable {
            struct Limit: Encodable, Sendable {
                let meter: Meter
                let hard: Int64?
                let soft: Int64?
            }

            let limits: [Limit]
        }

        func validate() throws {
            for bounds in [hard, soft] where Swift.Set(bounds.map(\.meter)).count < bounds.count {
                throw ValidationError("a meter has one bound of each kind")
            }
        }

        func run() async throws {
            let limits = Meter.allCases.compactMap { meter -> Body.Limit? in
                let (hard, soft) = (hard.first { $0.meter == meter }, soft.first { $0.meter == meter })
                guard hard != nil || soft != nil else { return nil }
                return Body.Limit(meter: meter, hard: hard?.units, soft: soft?.units)
            }
            let path = "/control/plans/\(target.plan)"
            try await CtlPlans.send(target.options, .PUT, path, Body(limits: limits))
        }
    }

    /// `METER=N`
    struct MeterBound: ExpressibleByArgument {
        let meter: Meter
        let units: Int64

        init?(argument: String) {
            let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let meter = Meter(rawValue: String(parts[0])), let units = Int64(parts[1]) else {
                return nil
            }
            (self.meter, self.units) = (meter, units)
        }
    }

    /// `daybook ctl plans retire PLAN`
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a plan to no further organization; those that have it keep it."
        )

        @OptionGroup var target: Target

        func run() async throws { try await CtlPlans.send(target.options, .DELETE, "/control/plans/\(target.plan)") }
    }

    /// `daybook ctl plans default [PLAN | --none]`
    struct Default: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Chooses the plan of organizations that have none of their own."
        )

        @Argument(help: "The plan's name.")
        var plan: String?

        @Flag(help: "No plan.")
        var none = false

        @OptionGroup var options: CtlOptions

        func validate() throws {
            guard (plan == nil) == none else { throw ValidationError("name a plan, or say --none") }
        }

        func run() async throws {
            let path = "/control/default-plan"
            if let plan { return try await CtlPlans.send(options, .PUT, path, ["plan": plan]) }
            try await CtlPlans.send(options, .DELETE, path)
        }
    }

    /// `daybook ctl plans give ORG PLAN --reason …`
    struct Give: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives an organization a plan.")

        @OptionGroup var target: CtlOrgs.Target

        @Argument(help: "The plan's name.")
        var plan: String

        @Option(help: "Why; it stays in the log.")
        var reason: String

        func run() async throws {
            try await CtlLimits.send(.PUT, target, "plan", ["plan": plan, "reason": reason])
        }
    }

    /// `daybook ctl plans take ORG`
    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an organization's plan back: it has the default one."
        )

        @OptionGroup var target: CtlOrgs.Target

        func run() async throws { try await CtlLimits.send(.DELETE, target, "plan") }
    }
}
