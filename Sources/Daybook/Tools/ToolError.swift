internal import Commands

/// Why a tool has not done what it was asked to, for the person who asked.
struct ToolError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension CommandError {
    /// What a tool says about it.
    var asToolError: ToolError {
        switch self {
        case .refused(let refusal): ToolError(refusal.message)
        case .unavailable(let reason): ToolError("the store is away: \(reason)")
        default: ToolError("\(self)")
        }
    }
}
