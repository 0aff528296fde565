package import Commands
package import EventStore

/// Where tenants live: the product log of one Postgres server, and the rules over it.
package struct Cell: Sendable {
    package let name: String
    package let log: EventLog
    package let commands: CommandHandler

    package init(name: String, log: EventLog, commands: CommandHandler) {
        self.name = name
        self.log = log
        self.commands = commands
    }
}
