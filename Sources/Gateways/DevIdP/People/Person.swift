internal import Foundation

/// Somebody who can be chosen.
struct Person: Codable, Sendable, Hashable {
    /// Who it is to relying parties, for ever; it tells nothing.
    let subject: String
    let name: String
    let email: String
    let isEmailVerified: Bool

    /// What it would like to be called by; others may have the same.
    var username: String { String(email.prefix { $0 != "@" }) }
}

/// What somebody typed who wants to be a new person.
struct Newcomer: Sendable {
    let name: String
    let email: String
    let isEmailVerified: Bool

    init(name: String?, email: String?, isEmailVerified: Bool) throws(PersonFault) {
        let name = name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        let email = email?.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() ?? ""
        let isReadable = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            // They may turn what is written around them; some scripts join letters by these two.
            case .format: scalar == "\u{200C}" || scalar == "\u{200D}"
            case .control, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
            default: true
            }
        }
        guard !name.isEmpty, name.unicodeScalars.count <= 100, isReadable else { throw .name }
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && email.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),:;<>[]\\".utf8.contains($0) }
        guard isAddress, email.utf8.count <= 254 else { throw .email }
        self.name = name
        self.email = email
        self.isEmailVerified = isEmailVerified
    }
}

/// Why somebody cannot be a new person.
enum PersonFault: Error {
    case name
    case email
    case taken
    case full

    /// For the page.
    var text: String {
        switch self {
        case .name: "Please give a name of 1 to 100 characters."
        case .email: "Please give an e-mail address, such as ada@example.com."
        case .taken: "Somebody has this e-mail address already: choose them above."
        case .full: "There are \(People.limit) people already, which is enough for a development login."
        }
    }
}
