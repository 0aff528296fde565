import Commands
import Testing

struct NameSkeletonTests {
    @Test(
        arguments: [
            ("paypal", "paypa1"), ("paypal", "paypai"), ("microsoft", "rnicrosoft"), ("microsoft", "micro5oft"),
            ("google", "g00gle"), ("google", "goog1e"), ("openai", "open-ai"), ("wework", "vvework"),
            ("github", "g1thub"), ("linkedin", "1inkedin"), ("slack", "5lack"), ("amazon", "arnazon"),
            ("twitter", "tvvitter"), ("walmart", "vva1rnart"), ("illinois", "1ll1n01s"), ("savvy", "sawy"),
            ("vvv", "vw"), ("vw", "wv"),
        ]
    )
    func `names that a person takes for the same have one skeleton`(one: String, other: String) throws {
        #expect(try skeleton(one) == skeleton(other))
    }

    @Test(
        arguments: [
            ("click", "clock"), ("clock", "dock"), ("guest", "quest"), ("books", "boks"), ("studio5", "studios"),
            ("area-51", "area-si"), ("cannon", "camon"), ("slack", "slacks"), ("acme", "acme-inc"), ("meta", "beta"),
            ("b8", "bb"), ("l33t", "leet"), ("studio5-labs", "studios-labs"),
        ]
    )
    func `names that are told apart have not`(one: String, other: String) throws {
        #expect(try skeleton(one) != skeleton(other))
    }

    /// Lines of one skeleton would be names that no two owners may have.
    @Test func `well-known companies do not clash`() throws {
        var owners: [String: String] = [:]
        var clashes: [String] = []
        let names = Companies.all
        #expect(names.count >= 500)
        for company in names {
            let name = try #require(OrgName.check(company).name, "\(company): \(OrgName.check(company))")
            if let owner = owners.updateValue(company, forKey: name.skeleton) { clashes.append("\(owner), \(company)") }
        }
        #expect(clashes.isEmpty)
    }

    private func skeleton(_ slug: String) throws -> String { try #require(OrgName(slug: slug)).skeleton }
}
