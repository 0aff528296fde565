package import EventStore
package import Foundation

package typealias OperatorID = StreamID<OperatorEvent>

/// What a person may do with the installation itself.
package enum OperatorRole: String, Codable, Sendable, CaseIterable, Comparable {
    /// Reads.
    case viewer
    /// Does everything.
    case `operator`

    package static func < (a: Self, b: Self) -> Bool { a == .viewer && b == .operator }
}

/// What can happen to an account's standing as an operator of the installation.
package enum OperatorEvent: Event {
    /// Instead of whatever role the account had.
    case granted(account: AccountID, role: OperatorRole)
    case revoked(account: AccountID)

    package static let category = "operator"
    package static let prefix = "operator"
    package static let types: [EventType] = [
        EventType("control.operator_granted"), EventType("control.operator_revoked"),
    ]

    package var type: EventType {
        switch self {
        case .granted: Self.types[0]
        case .revoked: Self.types[1]
        }
    }
}

extension OperatorID {
    /// The one stream of an account.
    package init(_ account: AccountID) { self.init(.derived("daybook.operator", account.uuid.bytes)) }
}
