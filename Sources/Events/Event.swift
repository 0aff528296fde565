package import EventStore

/// What can happen to one kind of stream. Case names, labels and type names lie in the log: add, never rename;
/// a value that comes later is optional. The payload is Swift's own coding of the case: `{"posted":{"room":…}}`.
package protocol Event: Codable, Sendable, Equatable {
    /// The kind of stream, as in `message-0190…`.
    static var category: String { get }
    /// What stands before an identifier of this kind at the edge, as in `msg_0190…`.
    static var prefix: String { get }
    /// Every type that is written today, at its current version.
    static var types: [EventType] { get }
    /// The type under which this event is written.
    var type: EventType { get }
    /// The people whose personal fields it carries, whose keys seal them, or whose keys it names.
    var subjects: [UserID] { get }
    /// Rewrites a payload of an older version as the next one, by the type that it has.
    static var upcasters: [EventType: @Sendable ([UInt8]) throws -> [UInt8]] { get }
}

extension Event {
    package var subjects: [UserID] { [] }
    package static var upcasters: [EventType: @Sendable ([UInt8]) throws -> [UInt8]] { [:] }
}
