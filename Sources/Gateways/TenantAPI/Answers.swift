internal import Events
internal import GatewayHTTP
internal import NIOCore
package import Projections

// What the endpoints answer: the views of the read models, and what is made of them.

extension UserView: EntityAnswer {
    package var entityVersion: Int64? { version }
}

extension RoomView: EntityAnswer {
    package var entityVersion: Int64? { version }
}

extension MessageView: EntityAnswer {
    package var entityVersion: Int64? { version }
    /// Replies are counted without being changes of the message, so its version does not say that it is as it was.
    package static var isWholeInVersion: Bool { false }
}

extension MemberView: EndpointAnswer {}
extension RevisionView: EndpointAnswer {}
extension UnreadView: EndpointAnswer {}

/// The answer to a write: the entity, or its identifier and version alone while the read models are behind.
struct Written<View: EntityAnswer & Encodable>: EntityAnswer, Encodable {
    let id: String
    let version: Int64?
    let view: View?

    var entityVersion: Int64? { view?.entityVersion ?? version }

    static var answerShape: JSONShape? {
        View.answerShape.map { view in
            let known: [JSONShape.Field] = [.init("id", .text), .init("version", .nullable(.integer))]
            return .either([view, .named("Written", .object(known))])
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, version
    }

    func encode(to encoder: any Encoder) throws {
        if let view { return try view.encode(to: encoder) }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(version, forKey: .version)
    }
}

/// A message that was just written, and whom of those it mentions it does not reach, since they are not in the room.
struct Said<Message: EntityAnswer & Encodable>: EntityAnswer, Encodable {
    private let message: Message
    private let unreached: [String]

    init(_ message: Message, unreached: [UserID]) {
        self.message = message
        self.unreached = unreached.map(\.description)
    }

    var entityVersion: Int64? { message.entityVersion }

    static var answerShape: JSONShape? {
        Message.answerShape?.adding([.init("unreached", .array(.text))]) { "Said" + $0 }
    }

    private enum CodingKeys: String, CodingKey {
        case unreached
    }

    func encode(to encoder: any Encoder) throws {
        try message.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(unreached, forKey: .unreached)
    }
}
