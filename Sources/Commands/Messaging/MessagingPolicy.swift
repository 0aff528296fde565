internal import EventStore
internal import Events

/// What a tenant has settled about messages.
package struct MessagingPolicy: Sendable, Equatable {
    /// How long authors may edit and delete what they have posted; nil without end. Moderators always may.
    package var editWindow: Duration?

    package init(editWindow: Duration? = nil) { self.editWindow = editWindow }
}
