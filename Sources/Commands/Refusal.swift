/// A rule that says no: a value with a stable code. Codes never change; messages may. Each area lists its own in
/// an extension, so that `grep 'Refusal('` is the list of all.
package struct Refusal: Error, Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// Not there, or not visible to the caller: 404.
        case notFound
        /// Seen but not allowed: 403.
        case forbidden
        /// Against the state that something is in: 409.
        case conflict
        /// `If-Match` names another version: 412.
        case preconditionFailed
        /// A value breaks a rule: 422.
        case invalid
        /// So many of something are open at a time: 429 is for rates, this is 409.
        case limit
        /// A limit of the tenant is reached: 403. It is kept for no key, since there may be room when the command is sent again.
        case exhausted
    }

    package let kind: Kind
    /// Such as `room.not_a_member`.
    package let code: String
    package let message: String
    /// JSON Pointer into the request, if one value is at fault.
    package let pointer: String?
    /// The limit that is reached, if that is why.
    package var limit: ReachedLimit?

    package init(_ kind: Kind, _ code: String, _ message: String, pointer: String? = nil) {
        self.kind = kind
        self.code = code
        self.message = message
        self.pointer = pointer
    }
}
