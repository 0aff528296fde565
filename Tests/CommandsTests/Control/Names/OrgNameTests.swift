import Commands
import Testing

struct OrgNameTests {
    @Test(
        arguments: [
            ("  Acme, Inc. ", "acme-inc"),
            ("ACME", "acme"),
            ("acme_labs.io", "acme-labs-io"),
            ("--a--b--", "a-b"),
            ("ÄÖÜ GmbH", "aou-gmbh"),
            ("Straße", "strasse"),
            ("Ærø Øl", "aero-ol"),
            ("Łódź İstanbul ısı", "lodz-istanbul-isi"),
            ("Crème Brûlée", "creme-brulee"),
            ("Cre\u{300}me", "creme"),
            ("Z\u{301}\u{302}\u{303}\u{304}\u{489}algo", "zalgo"),
            ("Tiếng Việt", "tieng-viet"),
            ("Ａｃｍｅ　２", "acme-2"),
            ("ﬁne ﬂour", "fine-flour"),
            ("𝐀𝒸𝓂ℯ", "acme"),
            ("№ 5 ½", "no-5-1-2"),
            ("O'Reilly & O’Brien", "oreilly-obrien"),
            ("AT&T", "at-t"),
            ("7-Eleven", "7-eleven"),
            ("Acme™ Corp®", "acme-corp"),
            ("🚀 Acme 🚀 Labs ❤️", "acme-labs"),
            ("👨‍👩‍👧 Family", "family"),
            ("Acme\u{A0}Labs\n", "acme-labs"),
            ("Ben/Jerry|Co", "ben-jerry-co"),
        ]
    )
    func `what a person types becomes a slug`(typed: String, slug: String) throws {
        #expect(OrgName.check(typed) == .valid(try #require(OrgName(slug: slug))))
    }

    @Test(
        arguments: [
            ("", nil, "name.empty"),
            ("   ", nil, "name.empty"),
            ("!?🚀", nil, "name.empty"),
            ("\u{301}\u{302}", nil, "name.empty"),
            ("a", nil, "name.too_short"),
            ("C++", nil, "name.too_short"),
            ("2024", nil, "name.only_digits"),
            ("1-2 3", nil, "name.only_digits"),
            ("xn--80ak6aa92e", nil, "name.punycode"),
            (" XN--acme", nil, "name.punycode"),
            ("ac\u{200B}me", nil, "name.invisible"),
            ("acme\u{202E}gpj", nil, "name.invisible"),
            ("\u{2066}acme\u{2069}", nil, "name.invisible"),
            ("a\u{AD}cme", nil, "name.invisible"),
            ("acme\u{0}", nil, "name.invisible"),
            ("ac\nme", nil, "name.invisible"),
            ("ac\u{200D}me", nil, "name.invisible"),
            ("\u{FEFF}acme", nil, "name.invisible"),
            ("acme\u{E0061}", nil, "name.invisible"),
            ("acme\u{3164}", nil, "name.invisible"),
            ("аcme", "acme", "name.confusable"),
            ("раураl", "paypal", "name.confusable"),
            ("ВТО", "bto", "name.confusable"),
            ("Ιntel", "intel", "name.confusable"),
            ("gооgle", "google", "name.confusable"),
            ("goog∣e", "google", "name.confusable"),
            ("аdmin", nil, "name.confusable"),
            ("Яndex", nil, "name.confusable"),
            ("αβγ где", nil, "name.confusable"),
            ("Яндекс", nil, "name.needs_latin"),
            ("株式会社", nil, "name.needs_latin"),
            ("株式会社 Acme", "acme", "name.needs_latin"),
            ("Acme 한국 ラボ", "acme", "name.needs_latin"),
            ("شركة", nil, "name.needs_latin"),
            ("\u{E000}\u{E001}", nil, "name.needs_latin"),
        ] as [(String, String?, String)]
    )
    func `what is no name is refused with its code, and with what was perhaps meant`(
        typed: String,
        slug: String?,
        code: String
    ) {
        guard case .invalid(let meant, let problem) = OrgName.check(typed) else {
            Issue.record("\(OrgName.check(typed))")
            return
        }
        #expect(meant == slug)
        #expect(problem.code == code)
    }

    @Test func `a name may have 63 letters, and of a longer one the words that fit are offered`() {
        let longest = String(repeating: "a", count: 63)
        #expect(OrgName.check(longest).name?.slug == longest)
        #expect(OrgName.check(longest + "a") == .invalid(slug: longest, .tooLong))
        let words = "an organization whose name says all that it does and for whom it does so"
        #expect(
            OrgName.check(words)
                == .invalid(slug: "an-organization-whose-name-says-all-that-it-does-and-for-whom", .tooLong)
        )
        #expect(OrgName.check(String(repeating: "acme ", count: 2000)) == .invalid(slug: nil, .tooLong))
    }

    @Test(arguments: [
        "admin", "Admin", "adm1n", "a-d-m-i-n", "ROOT", "r00t", "Well-Known", "Wellknown", "Daybook", "dayb00k",
    ])
    func `words of the service's own are reserved, and what looks like them`(typed: String) {
        guard case .reserved = OrgName.check(typed) else {
            Issue.record("\(OrgName.check(typed))")
            return
        }
    }

    @Test(arguments: ["", "a", "Acme", "-acme", "acme-", "ac--me", "xn--acme", "acme.io", "12", "ácme", "acme\n"])
    func `what is stored is taken only in its form`(stored: String) {
        #expect(OrgName(slug: stored) == nil)
    }
}

extension NameCheck {
    var name: OrgName? {
        if case .valid(let name) = self { name } else { nil }
    }
}
