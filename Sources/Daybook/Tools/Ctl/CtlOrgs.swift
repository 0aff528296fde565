internal import ArgumentParser
internal import Events
internal import Foundation
internal import NIOHTTP1

/// `daybook ctl orgs …`
struct CtlOrgs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orgs",
        abstract: "Shows organizations, suspends and deletes them.",
        subcommands: [List.self, Show.self, Suspend.self, Resume.self, Delete.self, Keep.self]
    )

    /// An organization as the API answers it, as far as a table shows it.
    struct Org: Decodable {
        let id: String
        let name: String
        let slug: String
        let state: String
        let createdAt: String
        let suspensionReason: String?
        let endsAt: String?
        let deletionReason: String?

        private enum CodingKeys: String, CodingKey {
            case id, name, slug, state
            case createdAt = "created_at"
            case suspensionReason = "suspension_reason"
            case endsAt = "ends_at"
            case deletionReason = "deletion_reason"
        }

        /// Why it is not active.
        var remark: String {
            switch (endsAt, deletionReason) {
            case (let end?, let reason?): "ends \(end): \(reason)"
            default: suspensionReason ?? ""
            }
        }
    }

    static func table(_ orgs: [Org]) -> TextTable {
        var table = TextTable()
        table.add(["ORG", "SLUG", "STATE", "SINCE", "NAME", "REMARK"])
        for org in orgs { table.add([org.id, org.slug, org.state, org.createdAt, org.name, org.remark]) }
        return table
    }

    /// Prints an answer that is one organization.
    static func show(_ answer: Data, asJSON: Bool) throws {
        guard !asJSON else { return print(String(decoding: answer, as: UTF8.self)) }
        print(CtlOrgs.table([try JSONDecoder().decode(Org.self, from: answer)]), terminator: "")
    }

    /// `daybook ctl orgs list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The organizations, the oldest first.")

        @Option(help: "Only those in this state: founding, active, suspended, deleting, ending or deleted.")
        var state: String?

        @Option(help: "Only those that have this in their name.")
        var name: String?

        @OptionGroup var options: CtlOptions

        private struct Page: Decodable {
            let items: [Org]
            let nextCursor: String?

            private enum CodingKeys: String, CodingKey {
                case items
                case nextCursor = "next_cursor"
            }
        }

        func run() async throws {
            try await options.withClient { client in
                var orgs: [Org] = []
                var cursor: String?
                repeat {
                    let answer = try await client.send(.GET, path(after: cursor))
                    let page = try JSONDecoder().decode(Page.self, from: answer)
                    // A page a line: all that there is, in bounded memory.
                    if options.json { print(String(decoding: answer, as: UTF8.self)) } else { orgs += page.items }
                    cursor = page.nextCursor
                } while cursor != nil
                if !options.json { print(CtlOrgs.table(orgs), terminator: "") }
            }
        }

        private func path(after cursor: String?) -> String {
            var components = URLComponents()
            components.path = "/control/orgs"
            components.queryItems =
                [URLQueryItem(name: "limit", value: "200")]
                + [("state", state), ("name", name), ("cursor", cursor)].compactMap { name, value in
                    value.map { URLQueryItem(name: name, value: $0) }
                }
            // A plus is a space to some who read queries.
            return (components.string ?? "/control/orgs").replacing("+", with: "%2B")
        }
    }

    /// Which organization.
    struct Target: ParsableArguments {
        @Argument(help: "The organization: org_…")
        var org: String

        @OptionGroup var options: CtlOptions

        func validate() throws {
            guard OrgID(org) != nil else { throw ValidationError("'\(org)' is no organization's identifier, org_…") }
        }

        func send(_ method: HTTPMethod, _ verb: String = "", _ body: [String: String]? = nil) async throws {
            try await options.withClient { client in
                let answer = try await client.send(method, "/control/orgs/\(org)\(verb)", body)
                try CtlOrgs.show(answer, asJSON: options.json)
            }
        }
    }

    /// `daybook ctl orgs show ORG`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One organization.")

        @OptionGroup var target: Target

        func run() async throws { try await target.send(.GET) }
    }

    /// `daybook ctl orgs suspend ORG --reason …`
    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Keeps everybody out, and ends their sessions.")

        @OptionGroup var target: Target

        @Option(help: "Why; it stays in the log.")
        var reason: String

        func run() async throws { try await target.send(.POST, "/suspend", ["reason": reason]) }
    }

    /// `daybook ctl orgs resume ORG`
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets people in again.")

        @OptionGroup var target: Target

        func run() async throws { try await target.send(.POST, "/resume") }
    }

    /// `daybook ctl orgs delete ORG --reason …`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Suspends it, and has it deleted when its grace is over."
        )

        @OptionGroup var target: Target

        @Option(help: "Why; it stays in the log.")
        var reason: String

        func run() async throws { try await target.send(.POST, "/deletion", ["reason": reason]) }
    }

    /// `daybook ctl orgs keep ORG`
    struct Keep: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Takes a deletion back while its grace lasts.")

        @OptionGroup var target: Target

        func run() async throws { try await target.send(.DELETE, "/deletion") }
    }
}
