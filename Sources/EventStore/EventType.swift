/// The name and schema version under which an event's payload lies in the log, such as `messaging.message_posted` v1.
package struct EventType: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let version: Int

    package init(_ name: String, version: Int = 1) {
        self.name = name
        self.version = version
    }

    package var description: String { "\(name).\(version)" }
}
