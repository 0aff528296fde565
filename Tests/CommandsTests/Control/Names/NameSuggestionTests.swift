import Commands
import Testing

struct NameSuggestionTests {
    @Test func `up to three free names are suggested, the same each time`() throws {
        let acme = try #require(OrgName(slug: "acme"))
        let free = OrgName.suggestions(for: acme) { _ in false }
        #expect(free.map(\.slug) == ["acme-hq", "acme-team", "acme-group"])
        #expect(OrgName.suggestions(for: acme) { _ in false } == free)
        #expect(
            OrgName.suggestions(for: acme) { !$0.slug.hasSuffix("2") && !$0.slug.hasSuffix("labs") }.map(\.slug)
                == ["acme-labs", "acme-2", "acme-12"]
        )
        #expect(OrgName.suggestions(for: acme) { _ in true }.isEmpty)
    }

    @Test(arguments: [
        String(repeating: "a", count: 63), String(repeating: "ab-", count: 20) + "abc", "daybook-x", "ab",
    ])
    func `suggestions are valid, however long the name is`(slug: String) throws {
        let name = try #require(OrgName(slug: slug))
        var asked = 0
        let suggestions = OrgName.suggestions(for: name) { _ in
            asked += 1
            return asked % 20 != 0
        }
        #expect(suggestions.count == 3)
        for suggestion in suggestions { #expect(OrgName.check(suggestion.slug) == .valid(suggestion)) }
        #expect(Set(suggestions.map(\.skeleton)).count == 3)
    }

    @Test func `a suggestion is never a word that is reserved`() throws {
        let daybook = try #require(OrgName(slug: "daybook"))
        #expect(
            OrgName.suggestions(for: daybook) { _ in false }.map(\.slug) == [
                "daybook-hq", "daybook-group", "daybook-labs",
            ]
        )
    }
}
