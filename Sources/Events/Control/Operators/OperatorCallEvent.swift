package import EventStore

package typealias OperatorCallID = StreamID<OperatorCallEvent>

/// One request of an operator to the control API, written down before it is done. A stream each, so that no stream grows with use.
package enum OperatorCallEvent: Event {
    /// `route` is the pattern, such as `/control/orgs/{org}`; `target` what stands in its places, with commas between. What the
    /// body and the query say is left out: it may be personal.
    case called(account: AccountID, method: String, route: String, target: String, requestID: String)

    package static let category = "operator_call"
    package static let prefix = "opcall"
    package static let types: [EventType] = [EventType("control.operator_called")]

    package var type: EventType { Self.types[0] }
}
