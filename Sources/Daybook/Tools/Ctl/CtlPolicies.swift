internal import ArgumentParser
internal import Events
internal import Foundation
internal import NIOHTTP1

/// `daybook ctl policies …`
struct CtlPolicies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies",
        abstract: "Shows what an organization's agents and machines may do, and sets it.",
        subcommands: [Show.self, Set.self, Unset.self]
    )

    /// As the API answers it, as far as a table shows it.
    private struct State: Decodable {
        let isDefault: Bool
        let isInForce: Bool
        let reason: String?

        private enum CodingKeys: String, CodingKey {
            case reason
            case isDefault = "is_default"
            case isInForce = "is_in_force"
        }
    }

    /// Which policy of which organization.
    struct Target: ParsableArguments {
        @OptionGroup var org: CtlOrgs.Target

        @Argument(help: "Of what: llm, vm or fs-cache.")
        var kind: PolicyKind

        /// - Parameter body: JSON.
        fileprivate func send(_ method: HTTPMethod, _ body: Data? = nil) async throws {
            try await org.options.withClient { client in
                let answer = try await client.send(
                    method,
                    "/control/orgs/\(org.org)/policies/\(kind.rawValue)",
                    json: body
                )
                guard !org.options.json else { return print(String(decoding: answer, as: UTF8.self)) }
                let state = try JSONDecoder().decode(State.self, from: answer)
                var table = TextTable()
                table.add(["POLICY", "SET", "IN FORCE", "REASON"])
                table.add([
                    kind.rawValue, state.isDefault ? "default" : "set", state.isInForce ? "yes" : "not yet",
                    state.reason ?? "",
                ])
                print(table, terminator: "")
                print(try CtlPolicies.document(in: answer))
            }
        }
    }

    /// The policy itself, for people; it is what `set` reads from a file.
    private static func document(in answer: Data) throws -> String {
        guard let object = try JSONSerialization.jsonObject(with: answer) as? [String: Any],
            let policy = object["policy"]
        else {
            throw ToolError("the answer holds no policy")
        }
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try JSONSerialization.data(withJSONObject: policy, options: options), as: UTF8.self)
    }

    /// `daybook ctl policies show ORG KIND`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A policy, which is what `set` reads from a file.")

        @OptionGroup var target: Target

        func run() async throws { try await target.send(.GET) }
    }

    /// `daybook ctl policies set ORG KIND --file … --reason …`
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sets an organization a policy.")

        @OptionGroup var target: Target

        @Option(help: "A file with the whole policy as JSON.")
        var file: String

        @Option(help: "Why; it stays in the log.")
        var reason: String

        func run() async throws {
            let policy = try Data(contentsOf: URL(filePath: file))
            guard (try? JSONSerialization.jsonObject(with: policy)) is [String: Any] else {
                throw ToolError("'\(file)' holds no JSON object")
            }
            // As it stands in the file, so that the API judges every field.
            let body =
                Data(#"{"policy":"#.utf8) + policy + Data(#","reason":"#.utf8)
                + (try JSONEncoder().encode(reason)) + Data("}".utf8)
            try await target.send(.PUT, body)
        }
    }

    /// `daybook ctl policies unset ORG KIND`
    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives an organization the default.")

        @OptionGroup var target: Target

        func run() async throws { try await target.send(.DELETE) }
    }
}

extension PolicyKind: ExpressibleByArgument {}
