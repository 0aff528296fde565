package import EventStore
package import Events
internal import Foundation

/// A name by which a user is mentioned. Taken once, it stays with its user, even one who was forgotten: what others wrote to
/// `@ada` must never come to speak of someone else.
package struct Handle: Fold {
    package private(set) var user: UserID?

    package init() {}

    package mutating func apply(_ event: HandleEvent, at place: Place) {
        switch event {
        case .taken(let user): self.user = user
        }
    }

    /// The form under which a handle is unique: lower-case, 1–64 of `a-z 0-9 . _ -`; nil if it cannot be brought to it.
    package static func normalized(_ handle: some StringProtocol) -> String? {
        let bytes = handle.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
        guard (1...64).contains(bytes.count), bytes.allSatisfy(isHandleByte) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a lower-case handle may hold this ASCII character.
    static func isHandleByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension HandleID {
    /// The one stream of a normalized handle in a tenant.
    package init(tenant: Tenant, handle: String) {
        self.init(.derived("daybook.handle", tenant.id.bytes, Array(handle.utf8)))
    }
}
