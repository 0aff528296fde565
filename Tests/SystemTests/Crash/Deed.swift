import Events
import NIOHTTP1

/// Who acts and listens in the crash tests.
struct Person: Sendable {
    let handle: String
    let id: UserID
    let token: String
    /// The name of the tenant.
    let tenant: String
}

/// A command that somebody sends, under a key of its own, until it is answered for good.
struct Deed: Sendable {
    enum Kind: Sendable, Equatable {
        case open, post, edit, delete, react, mark, rename, deleteRange, add, remove

        /// How many events it may write when it succeeds.
        var events: ClosedRange<Int> {
            switch self {
            case .post, .edit, .rename, .deleteRange: 1...1
            // What is so already is done again without an event.
            case .delete, .react, .mark, .remove, .add: 0...1
            // The room, and each of its members.
            case .open: 2...100
            }
        }
    }

    /// What any of them may say.
    struct Body: Encodable, Sendable {
        var body: String?
        var thread_id: String?
        var name: String?
        var kind: String?
        var members: [String]?
        var user_ids: [String]?
        var message_id: String?
        var from_seq: Int?
        var to_seq: Int?
    }

    let person: Person
    let kind: Kind
    let method: HTTPMethod
    let path: String
    /// Nil where none is taken.
    let body: Body?
    let key: String

    /// What came of it.
    struct Outcome: Sendable, Equatable {
        var status: Int
        /// Of a refusal.
        var code: String?
        /// Of what was made or changed.
        var id: String?
        /// The opaque token of its last event's position.
        var position: String?

        var isDone: Bool { (200..<300).contains(status) }
    }
}

/// A deed and its definite answer.
struct Done: Sendable {
    let deed: Deed
    let outcome: Deed.Outcome
}
