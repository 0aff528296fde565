import Settings
import Testing

struct SecretValuesTests {
    @Test(arguments: [
        ("postgres://daybook:p%40ssword1@db:5432/x?sslmode=require", ["p%40ssword1", "p@ssword1"]),
        ("host=db user=daybook password='it is secret' dbname=x", ["it is secret"]),
        ("password=hunter22222 host=db", ["hunter22222"]),
        ("postgres://db/x?password=hunter22222&y=z", ["hunter22222"]),
        ("rediss://:hunter22222@cache:6380/0", ["hunter22222"]), ("host=/var/run/postgresql", []),
        ("redis://127.0.0.1:6379", []),
    ])
    func `of an address the password is secret`(text: String, expected: [String]) {
        #expect(Set(SecretValues.parts(of: text)) == Set(expected))
    }

    @Test func `of anything else the whole, its entries, and what they are set to`() {
        let parts = SecretValues.parts(of: "authorization=Basic0123,x-key=abcdefgh")
        #expect(parts.contains("Basic0123") && parts.contains("abcdefgh"))
        #expect(SecretValues.parts(of: "correct horse").contains("correct horse"))
    }
}
