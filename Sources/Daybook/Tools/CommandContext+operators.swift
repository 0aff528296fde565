internal import Commands
internal import Events

extension CommandContext {
    /// Of what an operator does to the installation from a terminal.
    static var operators: CommandContext {
        CommandContext(caller: Caller(tenant: .installation, actor: .system, user: nil))
    }
}
