/// What there is to say of a text as an organization's name.
package enum NameCheck: Sendable, Hashable {
    /// It has the form of a name; whether somebody else has it is another question.
    case valid(OrgName)
    /// Kept for the service itself, or taken for what is.
    case reserved(slug: String)
    /// - Parameter slug: a valid one that was perhaps meant; nil if the text leads to none.
    case invalid(slug: String?, NameProblem)
}

/// Why a text is no name: a value with a stable code. Codes never change; messages may.
package struct NameProblem: Sendable, Hashable {
    package let code: String
    package let message: String

    private init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }

    package static let empty = NameProblem("name.empty", "a name needs letters or digits")
    package static let tooShort = NameProblem("name.too_short", "a name needs at least 2 letters or digits")
    package static let tooLong = NameProblem("name.too_long", "a name has at most 63 letters, digits and hyphens")
    package static let onlyDigits = NameProblem("name.only_digits", "a name needs at least one letter")
    package static let punycode = NameProblem(
        "name.punycode",
        "a name cannot begin with xn--, which marks encoded names of the internet"
    )
    package static let invisible = NameProblem(
        "name.invisible",
        "the name contains invisible characters, perhaps from copying; please type it"
    )
    package static let confusable = NameProblem(
        "name.confusable",
        "the name contains letters of another alphabet that can be taken for Latin ones; please type it in Latin letters"
    )
    package static let needsLatin = NameProblem(
        "name.needs_latin",
        "the name becomes part of web addresses, for which it is needed in Latin letters too; please spell it with a to z"
    )
}
