internal import ArgumentParser
internal import EventStore
internal import Foundation
internal import Postgres

extension MasterKeyCommand {
    /// `daybook master-key rewrap`
    struct Rewrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wraps every data key anew under the master key that is used now, beside live traffic.",
            discussion:
                "It can be ended at any moment and run again. In the end it says which master keys nothing lies under."
        )

        @Option(help: "How many keys are wrapped in one transaction.")
        var batch = 500

        @OptionGroup var installation: InstallationOptions

        func validate() throws {
            guard (1...10_000).contains(batch) else { throw ValidationError("--batch is from 1 to 10000") }
        }

        func run() async throws {
            let installation = try Installation(self.installation)
            let keys = try installation.masterKey()
            var faulty = 0
            var uses: [MasterKey.ID?: Int] = [:]
            for (name, database, installation) in installation.databases {
                let connection = try PostgresConnection(installation.configuration(database, as: .projector))
                let report = try Rewrapping(keys, on: connection, batch: batch).run()
                print("\(name): \(report.rewrapped) rewrapped")
                for id in report.faulty { print("  FAULT: subject key \(id.text) does not open") }
                faulty += report.faulty.count
                uses.merge(try Rewrapping.uses(on: connection), uniquingKeysWith: +)
            }
            // Without an id it may lie under any of them.
            let nameless = uses[nil] ?? 0
            for entry in keys.list.entries {
                let id = entry.key.id
                let used = uses[id] ?? 0
                let mark = entry.state == .current ? " (current)" : ""
                print("\(id)\(mark): " + (used + nameless == 0 ? "used by nothing" : "\(used + nameless) keys"))
            }
            for (id, count) in uses {
                guard let id, !keys.list.entries.contains(where: { $0.key.id == id }) else { continue }
                print("\(id), which is not in the file: \(count) keys")
            }
            guard faulty == 0 else { throw ToolError("\(faulty) keys do not open, and stay as they are") }
        }
    }

    /// `daybook master-key retire FILE ID`
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a key from a master key file, if nothing needs it any more."
        )

        @Argument(help: "The master key file.")
        var file: String

        @Argument(help: "The key's id.")
        var id: String

        @Flag(
            help: """
                Although links of invitations and retries of requests that were made under it may still be good: from now on they \
                are not.
                """
        )
        var early = false

        @OptionGroup var installation: InstallationOptions

        func run() async throws {
            let installation = try Installation(self.installation)
            // Nobody makes it the current one meanwhile.
            try MasterKeyFile(path: file).change { list in
                let key = try list.retirable(id, at: .now, isEarly: early)
                try retire(key, in: installation)
                list.remove(key)
            }
            print("\(id) is retired")
        }

        private func retire(_ key: MasterKey, in installation: Installation) throws {
            let connections = try installation.databases.map { name, database, installation in
                (name, try PostgresConnection(installation.configuration(database, as: .projector)))
            }
            // All of them are asked before any of them is told.
            for (database, connection) in connections {
                let uses = try Rewrapping.uses(on: connection)
                try refuse(database, uses[key.id, default: 0] + uses[nil, default: 0])
            }
            for (database, connection) in connections {
                try refuse(database, try Rewrapping.retire(key.id, on: connection))
            }
        }

        private func refuse(_ database: String, _ uses: Int) throws(ToolError) {
            guard uses > 0 else { return }
            throw ToolError("\(database): \(uses) keys lie under \(id), or may: run `daybook master-key rewrap` first")
        }
    }
}
