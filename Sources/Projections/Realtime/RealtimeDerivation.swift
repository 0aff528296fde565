internal import EventStore
package import Events
internal import Foundation

/// Turns an event of the log into what subscribers are told. The fan-out and the refill both go through here, so a queue
/// says the same whether it was written ahead or made up from the log.
package enum RealtimeDerivation {
    /// In the order in which they are told; none for an event whose subject is not to be shown.
    package static func events(of recorded: Recorded, knowing facts: RealtimeFacts) -> [RealtimeEvent] {
        let tenant = recorded.raw.tenant
        guard !facts.withholds(recorded) else { return [] }
        let told: [Told] =
            switch recorded.event {
            case .message(let id, let event):
                message(id, event, recorded, facts.messages[.init(tenant, id)]).map { [$0] } ?? []
            case .room(let id, let event): room(id, event, recorded, facts.rooms[.init(tenant, id)]).map { [$0] } ?? []
            case .user(let id, let event):
                user(id, event, recorded, isForgotten: facts.forgotten.contains(.init(tenant, id)))
            case .readState(_, .markerMoved(let user, let room, let message)):
                facts.messages[.init(tenant, message)].map { fact in
                    [
                        Told(.readMarkerMoved, room, .user(user)) {
                            $0.add("message_id", "\(message)")
                            $0.add("seq", fact.seq)
                        }
                    ]
                } ?? []
            case .repair: [repaired]
            case .limits(_, let event): [limit(event)]
            case .usage(_, let event): [usage(event)]
            case .handle, .usageReport, .policies, .control: []
            }
        return told.enumerated().map { index, told in
            RealtimeEvent(
                place: RealtimePlace(recorded.position, UInt16(index + 1)),
                type: told.type,
                room: told.room,
                audience: told.audience,
                payload: envelope(told, of: recorded, index: index + 1)
            )
        }
    }

    /// A stream that was set aside is shown again: what it has become cannot be told one by one.
    private static var repaired: Told {
        Told(.resync, nil, .tenant) {
            $0.add("scope", "all")
            $0.add("reason", "repaired")
        }
    }

    /// What is told, before the envelope.
    struct Told {
        let type: RealtimeType
        let room: RoomID?
        let audience: Audience
        let data: [UInt8]

        init(_ type: RealtimeType, _ room: RoomID?, _ audience: Audience, _ data: (inout JSONText) -> Void) {
            var text = JSONText()
            data(&text)
            self.type = type
            self.room = room
            self.audience = audience
            self.data = text.finished
        }
    }

    private static func envelope(_ told: Told, of recorded: Recorded, index: Int) -> RealtimePayload {
        var text = JSONText()
        let id = UUID.derived("daybook.realtime", recorded.raw.id.bytes, [UInt8(index)])
        text.add("id", "evt_\(id.text)")
        text.add("type", told.type.rawValue)
        text.add("recorded_at", "\(recorded.recordedAt)")
        text.add("actor") { actor in
            switch recorded.metadata.actor {
            case .user(let id):
                actor.add("type", "user")
                actor.add("id", "\(id)")
            case .system: actor.add("type", "system")
            case .integration(let name):
                actor.add("type", "integration")
                actor.add("name", name)
            case .account(let id):
                actor.add("type", "account")
                actor.add("id", "\(id)")
            }
            if let person = recorded.metadata.onBehalfOf { actor.add("on_behalf_of", "\(person)") }
        }
        if let room = told.room { text.add("room_id", "\(room)") }
        text.add("data", json: told.data)
        var echo: RealtimePayload.Echo?
        if let actor = recorded.metadata.user, let key = recorded.metadata.idempotencyKey {
            var commandID: [UInt8] = []
            JSONText.append(key, to: &commandID)
            echo = .init(actor: actor, commandID: commandID)
        }
        return RealtimePayload(json: text.finished, echo: echo)
    }
}
