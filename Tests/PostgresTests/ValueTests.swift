import Foundation
import Postgres
import Testing

private struct RoomID: RawRepresentable, PostgresScalar, Equatable {
    let rawValue: UUID
}

private enum Mood: String, PostgresScalar {
    case calm, wild
}

extension PostgresTests {
    struct ValueTests {
        /// Sends the value, has the server say its type, and reads it back.
        private func expectRoundTrip<Value: PostgresBindable & PostgresDecodable & Equatable>(
            _ values: Value...,
            as type: String
        ) throws {
            let connection = try Server.connect()
            for value in values {
                let rows = try connection.execute("SELECT pg_typeof(\(value))::text, \(value)").decode(
                    (String, Value).self
                )
                #expect(rows[0].0 == type)
                #expect(rows[0].1 == value)
            }
            let null = try connection.execute("SELECT \(Value?.none)").decode(Value?.self)
            #expect(null == [nil])
        }

        @Test func `numbers`() throws {
            try expectRoundTrip(true, false, as: "boolean")
            try expectRoundTrip(Int16.min, -1, 0, .max, as: "smallint")
            try expectRoundTrip(Int32.min, -1, 0, .max, as: "integer")
            try expectRoundTrip(Int64.min, -1, 0, .max, as: "bigint")
            try expectRoundTrip(Int.min, -1, 0, .max, as: "bigint")
            try expectRoundTrip(Double.pi, -0.0, .infinity, .leastNonzeroMagnitude, as: "double precision")
        }

        @Test func `texts, bytes and ids`() throws {
            try expectRoundTrip("", "Grüße, 世界 🌍", String(repeating: "long ", count: 20_000), as: "text")
            try expectRoundTrip([UInt8](), Array(0...255), Array(repeating: 7, count: 100_000), as: "bytea")
            try expectRoundTrip(UUID(), UUID(), as: "uuid")
            try expectRoundTrip(PostgresJSON(Array(#"{"b": 1,  "a":2}"#.utf8)), as: "json")
            try expectRoundTrip(RoomID(rawValue: UUID()), as: "uuid")
            try expectRoundTrip(Mood.calm, .wild, as: "text")
        }

        @Test func `arrays, also empty ones`() throws {
            try expectRoundTrip([Int16](), [1, -2], as: "smallint[]")
            try expectRoundTrip([Int32](), [1, -2], as: "integer[]")
            try expectRoundTrip([Int64](), Array(0..<10_000), as: "bigint[]")
            try expectRoundTrip([Int](), [1, -2], as: "bigint[]")
            try expectRoundTrip([Double](), [0.5, -2], as: "double precision[]")
            try expectRoundTrip([Bool](), [true, false], as: "boolean[]")
            try expectRoundTrip([String](), ["", "a,\"b\"", "{}"], as: "text[]")
            try expectRoundTrip([UUID](), [UUID(), UUID()], as: "uuid[]")
            try expectRoundTrip([[UInt8]](), [[], [0, 255], Array(repeating: 9, count: 300)], as: "bytea[]")
            try expectRoundTrip(
                [PostgresTimestamp](),
                [PostgresTimestamp(microsecondsSince1970: 1)],
                as: "timestamp with time zone[]"
            )
            try expectRoundTrip([RoomID](), [RoomID(rawValue: UUID())], as: "uuid[]")
        }

        @Test func `arrays with NULL in them`() throws {
            try expectRoundTrip([nil, Int32(1), nil], [Int32?.none], [], as: "integer[]")
            try expectRoundTrip([Int64(1), nil], as: "bigint[]")
            try expectRoundTrip(["a", nil, ""], as: "text[]")
            try expectRoundTrip([UUID(), nil], as: "uuid[]")
            try expectRoundTrip([[UInt8]([1, 2]), nil, []], as: "bytea[]")
            try expectRoundTrip([true, nil], as: "boolean[]")
            try expectRoundTrip([Date(timeIntervalSince1970: 0), nil], as: "timestamp with time zone[]")
        }

        @Test func `"char"[] is bytes`() throws {
            try expectRoundTrip(PostgresChars(Array("ADXR".utf8)), PostgresChars([]), as: "\"char\"[]")
            let sent = try Server.connect().execute(#"SELECT '{A,D}'::"char"[]"#).decode(PostgresChars.self)
            #expect(sent == [PostgresChars(Array("AD".utf8))])
        }

        @Test func `timestamps are exact to the microsecond`() throws {
            let connection = try Server.connect()
            for microseconds: Int64 in [0, 1, -1, 946_684_800_000_001, 1_795_377_600_123_457, 253_402_300_799_999_999] {
                let stamp = PostgresTimestamp(microsecondsSince1970: microseconds)
                let rows =
                    try connection
                    .execute("SELECT \(stamp), (extract(epoch FROM \(stamp)) * 1000000)::bigint, \(stamp)::text")
                    .decode((PostgresTimestamp, Int64, String).self)
                #expect(rows[0].0 == stamp)
                #expect(rows[0].1 == microseconds)
            }
        }

        @Test func `dates keep their microsecond back and forth`() throws {
            for microseconds: Int64 in stride(from: 1_795_377_600_000_000, to: 1_795_377_601_000_000, by: 997) {
                let stamp = PostgresTimestamp(microsecondsSince1970: microseconds)
                #expect(PostgresTimestamp(stamp.date) == stamp)
            }
            for microseconds: Int64 in [-1, -1_000_001, 4_102_444_799_999_999] {
                let stamp = PostgresTimestamp(microsecondsSince1970: microseconds)
                #expect(PostgresTimestamp(stamp.date) == stamp)
            }
            try expectRoundTrip(
                PostgresTimestamp.now.date,
                Date(timeIntervalSince1970: 0),
                as: "timestamp with time zone"
            )
        }

        @Test func `JSON goes into jsonb and comes out`() throws {
            let json = PostgresJSON(Array(#"{"a": [1, null]}"#.utf8))
            let rows = try Server.connect().execute("SELECT \(json)::jsonb, \(json)::jsonb").decode(
                (PostgresJSON, String).self
            )
            #expect(rows[0] == (json, #"{"a": [1, null]}"#))
        }

        @Test func `integers widen, and narrow only when they fit`() throws {
            let connection = try Server.connect()
            #expect(try connection.execute("SELECT 7::smallint").decode(Int64.self) == [7])
            #expect(try connection.execute("SELECT 7::bigint").decode(Int32.self) == [7])
            #expect(try failure { try connection.execute("SELECT 70000").decode(Int16.self) }.code == .decoding)
        }

        @Test(arguments: [
            "SELECT 'a' AS wrong", "SELECT NULL::int8 AS wrong", "SELECT 1.5::float8 AS wrong",
            "SELECT '{1}'::int8[] AS wrong",
        ])
        func `another type than asked for is an error that names the column`(_ query: String) throws {
            let error = try failure { try Server.connect().execute(SQL(query)).decode(Int64.self) }
            #expect(error.code == .decoding)
            #expect(error.message.contains("column wrong"))
        }

        @Test func `a tuple must take every column`() throws {
            #expect(try failure { try Server.connect().execute("SELECT 1, 2").decode(Int32.self) }.code == .decoding)
        }

        @Test func `rows are read by index, bytes without a copy`() throws {
            let result = try Server.connect().execute("SELECT n, n::text FROM generate_series(1, 3) n")
            #expect(result.count == 3)
            #expect(try result[2].decode(Int32.self, 0) == 3)
            #expect(try result.first?.decode(String.self, 1) == "1")
            #expect(result.withBytes(1, 1) { $0.unsafeLoad(as: UInt8.self) } == UInt8(ascii: "2"))
        }
    }
}
