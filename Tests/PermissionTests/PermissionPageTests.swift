import Foundation
import Testing

struct PermissionPageTests {
    @Test(.enabled(if: !Page.isWriting)) func `the page in the documentation is made from the decisions`() throws {
        let written = try String(contentsOf: Page.file, encoding: .utf8)
        #expect(
            written == Page.markdown,
            "write it anew: DAYBOOK_WRITE_PERMISSIONS=1 tools/test --filter PermissionPageTests"
        )
    }

    /// No test, but how the page is made.
    @Test(.enabled(if: Page.isWriting)) func `the page is written`() throws {
        try Page.markdown.write(to: Page.file, atomically: true, encoding: .utf8)
    }

    @Test func `every decision says what becomes of every caller, once`() {
        for decision in Decisions.all {
            let missing = Asker.allCases.filter { decision.verdicts[$0] == nil }
            #expect(missing.isEmpty, "\(decision) says nothing of \(missing)")
        }
        let names = Decisions.all.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
