package import Commands
package import EventStore

/// Where tenants live: the product log of one Postgres server, and the rules over it.
package struct Cell: Sendable {
    package let name: String
    package let log: EventLog
    package let commands: CommandHandler
    /// Whether new ones are placed there.
    package let takesTenants: Bool

    package init(name: String, log: EventLog, commands: CommandHandler, takesTenants: Bool = true) {
        self.name = name
        self.log = log
        self.commands = commands
        self.takesTenants = takesTenants
    }
}
