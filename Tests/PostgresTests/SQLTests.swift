import Postgres
import Testing

extension PostgresTests {
    struct SQLTests {
        @Test func `values become numbered binds`() {
            let sql: SQL = "SELECT \(1) + \(Int32(2)), \("three")"
            #expect(sql.text == "SELECT $1 + $2, $3")
            #expect(sql.binds.count == 3)
        }

        @Test func `a spliced statement is renumbered`() {
            let inner: SQL = "b = \(2) AND c = \(3)"
            let outer: SQL = "a = \(1) AND (\(inner)) AND d = \(4)"
            #expect(outer.text == "a = $1 AND (b = $2 AND c = $3) AND d = $4")
            #expect(outer.binds.count == 4)
        }

        @Test func `numbers of two digits are renumbered too`() throws {
            let one: SQL = (1...11).map { "\($0)" as SQL }.joined(separator: " + ")
            let two: SQL = "SELECT \(one) + \(one)"
            #expect(two.text.hasSuffix("$20 + $21 + $22"))
            #expect(try Server.connect().execute(two).decode(Int64.self) == [132])
        }

        @Test func `what looks like a bind in a text is left alone`() throws {
            let inner: SQL = "SELECT '$1 ü', \("x")::text"
            let outer: SQL = "SELECT \(0), i.* FROM (\(inner)) i"
            #expect(outer.text == "SELECT $1, i.* FROM (SELECT '$1 ü', $2::text) i")
            let rows = try Server.connect().execute(outer).decode((Int, String, String).self)
            #expect(rows[0] == (0, "$1 ü", "x"))
        }

        @Test func `raw text is no bind`() {
            let sql: SQL = "SELECT * FROM \(raw: "room") WHERE id = \(1)"
            #expect(sql.text == "SELECT * FROM room WHERE id = $1")
        }

        @Test func `binds that were emptied serve the next statement`() throws {
            let connection = try Server.connect()
            var binds = PostgresBinds()
            for n in 1...3 {
                binds.removeAll()
                binds.append(n)
                binds.append(["a", nil])
                let sql = SQL("SELECT $1 + cardinality($2)", binds: binds)
                #expect(try connection.execute(sql).decode(Int.self) == [n + 2])
            }
        }

        @Test func `statements add up`() {
            var sql: SQL = "SELECT \(1)"
            sql += ", \(2)"
            #expect((sql + ", \(3)").text == "SELECT $1, $2, $3")
        }

        @Test func `a value is never part of the text`() throws {
            let evil = "'; DROP TABLE room; --"
            #expect(try Server.connect().execute("SELECT \(evil)").decode(String.self) == [evil])
        }
    }
}

struct SchemaNamesTests {
    @Test func `a schema stands in for another wherever it is named, and nowhere else`() {
        let names = SchemaNames(["rm": "rm_next"])
        #expect(
            names.applied(to: "SELECT rm.a, m.rm, farm.b, rm_old.c, \"rm\".d FROM rm.rooms AS rm, (rm.users)")
                == "SELECT rm_next.a, m.rm, farm.b, rm_old.c, \"rm\".d FROM rm_next.rooms AS rm, (rm_next.users)"
        )
        #expect(SchemaNames().applied(to: "SELECT 1 FROM rm.rooms") == "SELECT 1 FROM rm.rooms")
    }
}
