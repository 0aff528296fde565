import Commands
import EventStore
import Events
import Foundation

/// A small tenant for pure decisions: its users by role, and states folded from events.
struct Office {
    let tenant = Tenant(id: .v7(), partition: Partition(0))
    let owner = UserID()
    let admin = UserID()
    let ada = UserID()
    let bob = UserID()
    let guest = UserID()
    let auditor = UserID()
    let room = RoomID()
    let message = MessageID()

    static let noon = Timestamp("2026-11-22T12:00:00Z")!

    /// A stream of these events, at positions from `position` on, recorded at noon.
    func stream<S: Fold>(
        _ kind: S.Type,
        _ id: StreamID<S.Vocabulary>,
        _ events: [S.Vocabulary] = [],
        from position: Position = 1
    ) -> Loaded<S> {
        var state = S()
        for (index, event) in events.enumerated() {
            let place = Place(version: Int64(index) + 1, position: position + Int64(index), recordedAt: Self.noon)
            state.apply(event, at: place)
        }
        return Loaded(id: id, state: state, version: Int64(events.count))
    }

    /// A stream that does not exist.
    func stream<S: Fold>(_ id: StreamID<S.Vocabulary>) -> Loaded<S> { stream(S.self, id) }

    func user(_ id: UserID, _ role: Role? = nil, name: String = "Ada", then events: [UserEvent] = []) -> Loaded<User> {
        let joined = UserEvent.joined(
            handle: Personal("ada", of: id),
            name: Personal(name, of: id),
            kind: .person,
            role: role ?? self.role(of: id),
            source: nil
        )
        return stream(User.self, id, [joined] + events)
    }

    /// What `decide` is told of the caller.
    func me(_ id: UserID) -> Loaded<User>? { user(id) }

    func caller(_ id: UserID, now: Timestamp = noon) -> Caller {
        Caller(tenant: tenant, actor: .user(id), user: id, now: now)
    }

    var system: Caller { Caller(tenant: tenant, actor: .system, user: nil) }
    var integration: Caller { Caller(tenant: tenant, actor: .integration("slack-import"), user: nil) }

    /// A room with Ada as its moderator and Bob as a member.
    func room(
        _ kind: RoomEvent.Kind = .channel,
        then events: [RoomEvent] = [],
        from position: Position = 1
    ) -> Loaded<Room> {
        stream(
            Room.self,
            room,
            [
                .created(kind: kind, name: "general", topic: "all and nothing", source: nil),
                .memberAdded(user: ada, role: .moderator), .memberAdded(user: bob, role: .member),
            ] + events,
            from: position
        )
    }

    /// A message of Bob's in the room, posted at position 10.
    func message(
        _ body: String = "hello",
        thread: MessageID? = nil,
        then events: [MessageEvent] = []
    ) -> Loaded<Message> {
        stream(Message.self, message, [posted(body, thread: thread)] + events, from: 10)
    }

    func posted(_ body: String, in room: RoomID? = nil, thread: MessageID? = nil) -> MessageEvent {
        .posted(
            room: room ?? self.room,
            author: bob,
            body: Personal(body, of: bob),
            mentions: [],
            thread: thread,
            attachments: nil,
            source: nil
        )
    }

    func state(_ id: UserID?, _ message: Loaded<Message>? = nil, in room: Loaded<Room>? = nil) -> MessageState {
        MessageState(me: id.flatMap(me), message: message ?? self.message(), room: room ?? self.room())
    }

    private func role(of id: UserID) -> Role {
        switch id {
        case owner: .owner
        case admin: .admin
        case guest: .guest
        case auditor: .auditor
        default: .member
        }
    }
}

extension Decision {
    /// The events that it appends to one stream.
    func events<E: Event>(on stream: StreamID<E>) -> [E] {
        items.filter { $0.stream == stream.uuid }.compactMap { $0.event as? E }
    }

    /// How it moves one counter.
    func moves(of counter: UUID) -> [CounterMove.Operation] {
        counters.filter { $0.counter == counter }.map(\.operation)
    }

    var isEmpty: Bool { items.isEmpty && counters.isEmpty }
}

/// The code of the refusal that a decision throws; nil if it does not.
func code<T>(_ decide: @autoclosure () throws(Refusal) -> T) -> String? {
    do {
        _ = try decide()
        return nil
    } catch {
        return error.code
    }
}
