import Events

/// The rooms of one test: new ones, so that tests do not see each other's load.
struct World: Sendable {
    struct Room: Sendable {
        let id: String
        /// Who writes there.
        let writers: [Person]
    }

    /// A channel of many, the guest and the outsider among them.
    let hall: Room
    /// A channel of two, of which the others see no more than that it is there.
    let porch: Room
    /// A private room, which fay is taken out of and gus comes to.
    let vault: Room
    /// A private room, in and out of which eve goes.
    let den: Room
    /// A room of the other tenant.
    let elsewhere: Room
    /// What was done to open them.
    let opened: [Done]

    var rooms: [Room] { [hall, porch, vault, den, elsewhere] }

    init(on stage: Stage, by client: Client) async throws {
        func people(_ handles: String...) throws -> [Person] { try handles.map { try stage.person($0) } }
        var opened: [Done] = []
        func open(_ name: String, _ kind: String, _ members: [Person]) async throws -> Room {
            let deed = Deed(
                person: members[0],
                kind: .open,
                method: .POST,
                path: "/api/rooms",
                body: .init(name: name, kind: kind, members: members.dropFirst().map { "\($0.id)" }),
                key: client.key()
            )
            let done = try await client.perform(deed)
            guard done.outcome.status == 201, let id = done.outcome.id else {
                throw NeverSo(what: "\(name) is opened: \(done.outcome)")
            }
            opened.append(done)
            return Room(id: id, writers: members)
        }
        hall = try await open("hall", "channel", people("ada", "bob", "cyd", "dee", "eve", "hal"))
        porch = try await open("porch", "channel", people("ada", "bob"))
        vault = try await open("vault", "private", people("ada", "bob", "cyd", "fay"))
        den = try await open("den", "private", people("ada", "bob", "eve"))
        elsewhere = try await open("elsewhere", "private", people("zed"))
        self.opened = opened
    }
}
