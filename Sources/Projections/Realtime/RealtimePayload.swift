internal import EventStore
package import Events
package import Foundation

/// An event's JSON, written once for all who get it; what differs from one subscriber to the other is spliced in on delivery.
///
/// ```
/// json:  {"id":"evt_…","type":"message.created","recorded_at":"…","actor":{…},"room_id":"room_…","data":{…}}
/// wire:  {"number":7,"id":"evt_…", … ,"data":{…},"command_id":"…"}
/// ```
///
/// In Redis it lies with whom the command's own key may be shown to before it:
///
/// ```
/// actor 16 bytes ‖ length of command id, 2 bytes big-endian ‖ command id as JSON string ‖ json
/// ```
package struct RealtimePayload: Sendable, Equatable {
    package let json: [UInt8]
    /// The actor's own key for the command, as a JSON string, for the actor alone.
    package let echo: Echo?

    package struct Echo: Sendable, Equatable {
        package let actor: UserID
        package let commandID: [UInt8]
    }

    package init(json: [UInt8], echo: Echo?) {
        precondition(json.first == UInt8(ascii: "{") && json.last == UInt8(ascii: "}"), "an event is a JSON object")
        self.json = json
        self.echo = echo
    }

    /// Appends the event as the queue of `user` gets it, as its `number`-th.
    package func append(to bytes: inout [UInt8], number: UInt64, for user: UserID) {
        bytes.append(contentsOf: #"{"number":"#.utf8)
        bytes.append(contentsOf: String(number).utf8)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: json[1..<(json.count - 1)])
        if let echo, echo.actor == user {
            bytes.append(contentsOf: #","command_id":"#.utf8)
            bytes.append(contentsOf: echo.commandID)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    package var stored: [UInt8] {
        let nobody = [UInt8](repeating: 0, count: 16)
        let commandID = echo?.commandID ?? []
        return (echo?.actor.uuid.bytes ?? nobody) + [UInt8(commandID.count >> 8), UInt8(commandID.count & 0xFF)]
            + commandID + json
    }

    /// Nil for bytes of another form.
    package init?(stored: [UInt8]) {
        guard stored.count >= 20, let actor = UUID(bytes: stored[0..<16]) else { return nil }
        let start = 18 + (Int(stored[16]) << 8 | Int(stored[17]))
        guard start + 2 <= stored.count, stored[start] == UInt8(ascii: "{"), stored.last == UInt8(ascii: "}") else {
            return nil
        }
        let commandID = stored[18..<start]
        self.init(
            json: Array(stored[start...]),
            echo: commandID.isEmpty ? nil : Echo(actor: UserID(actor), commandID: Array(commandID))
        )
    }
}

extension RealtimePayload {
    /// Says that one room, or everything, is to be loaded afresh, for something that no event of the log says.
    ///
    /// - Parameter naming: what the event's identifier is derived from, so that a repeated poll gets the same one.
    package static func resync(
        reason: String,
        since: Timestamp,
        naming: (queue: UUID, place: RealtimePlace)
    ) -> RealtimePayload {
        let place = Array("\(naming.place.position)-\(naming.place.index)".utf8)
        let id = UUID.derived("daybook.realtime.resync", naming.queue.bytes, place)
        var text = JSONText()
        text.add("id", "evt_\(id.text)")
        text.add("type", RealtimeType.resync.rawValue)
        text.add("recorded_at", "\(since)")
        text.add("actor") { $0.add("type", "system") }
        text.add("data") { data in
            data.add("scope", "all")
            data.add("reason", reason)
            data.add("since", "\(since)")
        }
        return RealtimePayload(json: text.finished, echo: nil)
    }
}
