internal import Foundation
internal import TransparencyLog

/// A command with all that can be worked out before it meets a batch: the caller's task does that, not the appender's thread.
struct PreparedCommand: Sendable {
    let command: AppendCommand
    /// One a stream: how many of the events go there; 0 is a guard only.
    let additions: [Int32]
    /// One an event, in order.
    let events: [Event]

    struct Event: Sendable {
        /// Index into the command's `streams`.
        let stream: Int32
        /// 1, 2, … within the command and stream.
        let ordinal: Int32
        let type: Int32
        let leaf: [UInt8]
    }

    /// - Parameter types: the numbers of the events' types in the dictionary.
    init(_ command: AppendCommand, types: [EventType: Int32]) throws(AppendError) {
        var places: [UUID: Int] = [:]
        for (place, touch) in command.streams.enumerated() {
            guard places.updateValue(place, forKey: touch.stream) == nil else {
                throw .malformed("stream \(touch.stream) is listed twice")
            }
        }
        guard Set(command.counters.map(\.counter)).count == command.counters.count else {
            throw .malformed("a counter is moved twice")
        }

        var additions = [Int32](repeating: 0, count: command.streams.count)
        var events: [Event] = []
        events.reserveCapacity(command.events.count)
        for event in command.events {
            guard let place = places[event.stream] else {
                throw .malformed("stream \(event.stream) is written and not listed")
            }
            guard let type = types[event.type] else { throw .malformed("no type \(event.type)") }
            additions[place] += 1
            let leaf = EventLeaf.hash(
                tenant: command.tenant,
                stream: event.stream,
                event: event.id,
                type: event.type.name,
                schema: Int32(event.type.version),
                commandKey: command.key,
                metadata: event.metadata,
                payload: event.payload
            )
            events.append(Event(stream: Int32(place), ordinal: additions[place], type: type, leaf: leaf))
        }
        self.command = command
        self.additions = additions
        self.events = events
    }

    /// The versions of the touched streams, given those before the command.
    func versions(after before: ArraySlice<StreamVersion>, accepted: Bool) -> [UUID: StreamVersion] {
        var versions: [UUID: StreamVersion] = [:]
        versions.reserveCapacity(command.streams.count)
        for ((touch, version), addition) in zip(zip(command.streams, before), additions) {
            versions[touch.stream] = accepted ? version + StreamVersion(addition) : version
        }
        return versions
    }
}
