import Foundation
import Testing

/// A connection goes back to its pool as it is, so a tenant that it stayed bound to would be the next borrower's too.
struct BindingTests {
    @Test func `nothing binds a connection to a tenant for longer than a transaction`() throws {
        var bindings = 0
        let files = try FileManager.default.subpathsOfDirectory(atPath: ImportTests.sources)
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: ImportTests.sources + "/" + file, encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains(#/daybook\.tenant(?!\.)/#) {
                #expect(line.contains(#/set_config\('daybook\.tenant', .+, true\)/#), "\(file): \(line)")
                bindings += 1
            }
        }
        #expect(bindings > 0)
    }
}
