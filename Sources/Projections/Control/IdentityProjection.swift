internal import EventStore
internal import Events

/// What happens to sessions with the identity that they were opened by; whose an identity is, the account says.
enum IdentityProjection {
    static func writes(_ event: IdentityEvent, to identity: IdentityID, at raw: RecordedEvent) -> [Write] {
        switch event {
        case .linked: []
        case .unlinked, .loggedOut(_, nil, _, _): [SessionProjection.over(of: identity, at: raw)]
        case .loggedOut(_, let session?, _, _): [SessionProjection.over(of: identity, from: session, at: raw)]
        }
    }
}
