internal import Foundation
internal import Postgres

/// Uses the driver in every way, again and again, in a process that does nothing else, and prints its resident memory in bytes:
/// when it has warmed up, and in the end.
///
///     PostgresProbe CONNINFO ROUNDS
@main struct PostgresProbe {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let rounds = Int(arguments[2]) else { throw Failure("usage: CONNINFO ROUNDS") }
        let probe = try PostgresProbe(conninfo: arguments[1])
        for number in 0..<(rounds / 4) { try probe.round(number) }
        let before = try residentBytes()
        for number in (rounds / 4)..<rounds { try probe.round(number) }
        print(before, try residentBytes())
    }

    private let configuration: PostgresConfiguration
    private let connection: PostgresConnection

    private init(conninfo: String) throws {
        configuration = PostgresConfiguration(conninfo: conninfo, applicationName: "daybook-probe")
        connection = try PostgresConnection(configuration)
        try connection.executeScript("CREATE TEMPORARY TABLE probe (number bigint CHECK (number >= 0), text text)")
    }

    /// Ten statements, and now and then what is dearer.
    private func round(_ number: Int) throws {
        let text = String(repeating: "x", count: number % 300)
        let rows = try connection.execute(
            "SELECT \(number), \(text), \(UUID()), \([text, text]), \(nil as String?) FROM generate_series(1, 5)"
        ).decode((Int, String, UUID, [String], String?).self)
        guard rows.count == 5, rows[4].0 == number, rows[4].3 == [text, text] else { throw Failure("a wrong answer") }

        try refused { try connection.execute("SELECT 1 / \(0)") }
        try refused { try connection.execute("SELECT * FROM nowhere WHERE text = \(text)") }
        // A text of its own each time, so that prepared statements come and go.
        try connection.execute("SELECT \(raw: "\(number)"), \(text)")
        _ = try connection.pipeline(["SELECT \(text)", "SELECT \(number)"])
        try refused { _ = try connection.pipeline(["SELECT \(number)", "SELECT 1 / \(0)", "SELECT \(text)"]) }
        try refused {
            try connection.transaction { connection in
                try connection.execute("INSERT INTO probe (number, text) VALUES (\(number), \(text))")
                try connection.execute("INSERT INTO probe (number, text) VALUES (\(-1), \(text))")
            }
        }
        guard number.isMultiple(of: 50) else { return }
        try connection.copyIn(into: "probe (number, text)") { rows in
            for number in 0..<20 { try rows.write(number, text) }
        }
        try refused { try connection.copyIn(into: "probe (number, text)") { rows in try rows.write(-1, text) } }
        try connection.execute("DELETE FROM probe")
        try PostgresConnection(configuration).execute("SELECT \(text)")
        try refused { _ = try PostgresConnection(PostgresConfiguration(conninfo: "host=/nowhere")) }
    }

    private func refused(_ body: () throws -> Void) throws {
        do { try body() } catch is PostgresError { return }
        throw Failure("what must fail did not")
    }

    private static func residentBytes() throws -> Int {
        // In pages: all, then resident.
        let words = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { throw Failure("statm has another form") }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}

private struct Failure: Error {
    let what: String
    init(_ what: String) { self.what = what }
}
