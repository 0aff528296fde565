internal import Foundation
internal import JWTKit

/// The keys that sign, in turn. They outlive the process.
///
///     next       published, signs after the next rotation: a relying party that keeps the set knows it by then
///     current    published, signs
///     retired    published as long as a token that it signed may live; known until the rotation after that
///
/// Nothing runs by itself: a rotation that is due happens when a key is asked for.
actor KeyRing {
    private static let file = "keys.json"

    private struct State: Codable {
        struct Retired: Codable {
            let key: SigningKey
            let publishedUntil: Date
        }

        var current: SigningKey
        var next: SigningKey
        var retired: [Retired]
        var rotatedAt: Date
    }

    /// What the ring looks like from outside.
    struct Entry: Sendable {
        enum Role: String {
            case next = "signs next"
            case current = "signs"
            case retired
        }

        let key: SigningKey
        let role: Role
    }

    private let folder: DataFolder
    private let algorithm: DevIdP.SigningAlgorithm
    private let interval: TimeInterval
    private let lifetime: TimeInterval
    private let now: @Sendable () -> Date
    private var state: State

    /// - Parameters:
    ///   - interval: how long a key signs.
    ///   - lifetime: how long a token that it signed is good.
    init(
        in folder: DataFolder,
        algorithm: DevIdP.SigningAlgorithm,
        interval: Duration,
        lifetime: Duration,
        now: @escaping @Sendable () -> Date
    ) throws {
        self.folder = folder
        self.algorithm = algorithm
        self.interval = interval.timeInterval
        self.lifetime = lifetime.timeInterval
        self.now = now
        let kept = try folder.read(Self.file, as: State.self)
        state =
            try kept
            ?? State(
                current: SigningKey(new: algorithm),
                next: SigningKey(new: algorithm),
                retired: [],
                rotatedAt: now()
            )
        if kept == nil { try folder.write(state, to: Self.file) }
        if state.current.algorithm != algorithm {
            // Somebody chose another algorithm since: both keys of the old one go.
            let until = now().addingTimeInterval(self.lifetime)
            let retired = [state.current, state.next].map { State.Retired(key: $0, publishedUntil: until) }
            state = try State(
                current: SigningKey(new: algorithm),
                next: SigningKey(new: algorithm),
                retired: retired,
                rotatedAt: now()
            )
            try folder.write(state, to: Self.file)
        }
    }

    /// The next key signs from now on, and a new one is next.
    func rotate() throws {
        let now = now()
        var turned = State(
            current: state.next,
            next: try SigningKey(new: algorithm),
            retired: state.retired.filter { $0.publishedUntil > now },
            rotatedAt: now
        )
        turned.retired.append(State.Retired(key: state.current, publishedUntil: now.addingTimeInterval(lifetime)))
        try folder.write(turned, to: Self.file)
        state = turned
    }

    /// Those that are published.
    func entries() throws -> [Entry] {
        try rotateIfDue()
        let now = now()
        let retired = state.retired.filter { $0.publishedUntil > now }.map { Entry(key: $0.key, role: .retired) }
        return [Entry(key: state.current, role: .current), Entry(key: state.next, role: .next)] + retired
    }

    /// - Parameter type: what the token says that it is.
    func sign(_ payload: some JWTPayload, as type: String = "JWT") async throws -> String {
        try rotateIfDue()
        let key = state.current
        let keys = JWTKeyCollection()
        try await key.add(to: keys)
        return try await keys.sign(payload, kid: JWKIdentifier(string: key.id), header: ["typ": .string(type)])
    }

    /// What a token says that a key of this ring signed; nil for any other.
    func open<Payload: JWTPayload>(_ token: String, as payload: Payload.Type) async throws -> Payload? {
        let keys = JWTKeyCollection()
        for key in [state.current, state.next] + state.retired.map(\.key) { try await key.add(to: keys) }
        // Whatever is wrong with it, its form or its signature: no key of this ring signed it.
        do { return try await keys.verify(token, as: payload) } catch { return nil }
    }

    private func rotateIfDue() throws {
        if now().timeIntervalSince(state.rotatedAt) >= interval { try rotate() }
    }
}
