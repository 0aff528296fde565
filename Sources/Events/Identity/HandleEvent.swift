package import EventStore

package typealias HandleID = StreamID<HandleEvent>

/// The taking of a handle, by which people mention each other. Its stream is named after the handle, so that the log's
/// no-stream guard makes it unique in the tenant.
package enum HandleEvent: Event {
    case taken(user: UserID)

    package static let category = "handle"
    package static let prefix = "handle"
    package static let types: [EventType] = [EventType("identity.handle_taken")]

    package var type: EventType { Self.types[0] }
}
