package import Events

/// Something that subscribers are told, derived from one event of the log.
package struct RealtimeEvent: Sendable {
    package let place: RealtimePlace
    package let type: RealtimeType
    package let room: RoomID?
    package let audience: Audience
    package let payload: RealtimePayload

    package init(place: RealtimePlace, type: RealtimeType, room: RoomID?, audience: Audience, payload: RealtimePayload)
    {
        self.place = place
        self.type = type
        self.room = room
        self.audience = audience
        self.payload = payload
    }
}

/// Who is told, as of the event's position. Whoever is not active then, or an auditor, is told nothing.
package enum Audience: Sendable, Equatable {
    case members(of: RoomID)
    /// The members, and the one who has just ceased to be one.
    case membersAndFormer(of: RoomID, UserID)
    /// The members, and every user who is no guest.
    case channel(RoomID)
    case tenant
    /// Owners and administrators.
    case administrators
    /// The tenant, and the one who has just ceased to see anything of it.
    case tenantAndFormer(UserID)
    case user(UserID)
}
