/// The name of an organization as it stands in web addresses: a DNS label of 2 to 63 lower-case letters, digits and
/// single hyphens, with a letter among them.
///
/// ```swift
/// OrgName.check("  Acme, Inc. ")      // .valid, acme-inc
/// OrgName.check("Straße & Söhne")     // .valid, strasse-sohne
/// OrgName.check("Admin")              // .reserved, admin
/// OrgName.check("аcme")               // .invalid, name.confusable: the first letter is Cyrillic; acme was perhaps meant
/// OrgName.check("株式会社")             // .invalid, name.needs_latin
/// ```
package struct OrgName: Sendable, Hashable {
    package let slug: String

    /// What is unique: names that a person takes for the same have one skeleton, see ``NameSkeleton``.
    package var skeleton: String { NameSkeleton.of(slug) }

    /// A slug that was stored; nil if it has not the form of one. Whether it is reserved is not asked, since that may
    /// have come later.
    package init?(slug: String) {
        let bytes = Array(slug.utf8)
        guard Self.areWords(bytes), Self.problem(with: bytes) == nil else { return nil }
        self.slug = slug
    }

    /// Reads what a person has typed.
    package static func check(_ text: String) -> NameCheck {
        // Longer than any name, whatever becomes of its characters; what follows need not care for the length of a text.
        guard text.unicodeScalars.prefix(scalarLimit + 1).count <= scalarLimit else {
            return .invalid(slug: nil, .tooLong)
        }
        let reading = NameReading(text)
        guard !reading.hasInvisible else { return .invalid(slug: nil, .invisible) }
        if let foreign = reading.foreign {
            switch foreign {
            case .looksLatin: return .invalid(slug: OrgName(unreserved: reading.looks)?.slug, .confusable)
            case .mixed: return .invalid(slug: nil, .confusable)
            case .other: return .invalid(slug: OrgName(unreserved: reading.latin)?.slug, .needsLatin)
            }
        }
        // Hyphens in a row become one, so only the text still tells.
        guard !reading.isPunycode else { return .invalid(slug: nil, .punycode) }
        if let problem = problem(with: reading.latin) {
            let cut = problem == .tooLong ? OrgName(unreserved: cut(reading.latin)) : nil
            return .invalid(slug: cut?.slug, problem)
        }
        let slug = String(decoding: reading.latin, as: UTF8.self)
        guard let name = OrgName(slug: slug), !name.isReserved else { return .reserved(slug: slug) }
        return .valid(name)
    }

    /// Nil for what is no slug, or reserved.
    init?(unreserved slug: [UInt8]) {
        self.init(slug: String(decoding: slug, as: UTF8.self))
        if isReserved { return nil }
    }

    /// A text that is no longer may still lead to a slug that is.
    private static let scalarLimit = 256
    static let lengthLimit = 63

    /// Why words with single hyphens between them are no slug.
    private static func problem(with words: [UInt8]) -> NameProblem? {
        guard !words.isEmpty else { return .empty }
        guard words.count >= 2 else { return .tooShort }
        guard words.count <= lengthLimit else { return .tooLong }
        guard words.contains(where: \.isLowercaseLetter) else { return .onlyDigits }
        return nil
    }

    /// Whether these are lower-case letters and digits with single hyphens between them.
    private static func areWords(_ slug: [UInt8]) -> Bool {
        slug.split(separator: .hyphen, omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.allSatisfy { $0.isLowercaseLetter || $0.isDigit }
        }
    }

    /// As many whole words as fit, or of one that does not as much as fits.
    static func cut(_ slug: [UInt8], to length: Int = lengthLimit) -> [UInt8] {
        guard slug.count > length else { return slug }
        let fitting = slug.prefix(length)
        if slug[length] == .hyphen { return Array(fitting) }
        return Array(fitting.lastIndex(of: .hyphen).map { fitting[..<$0] } ?? fitting)
    }
}

extension UInt8 {
    static let hyphen = UInt8(ascii: "-")

    var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
