/// A statement with its values, which travel beside the text and are never part of it.
///
///     let sql: SQL = "SELECT body FROM message WHERE room = \(room) AND position > \(after)"
///     sql.text   // "SELECT body FROM message WHERE room = $1 AND position > $2"
///
/// A statement may be put into another, which renumbers its values:
///
///     let mine: SQL = "author = \(me)"
///     let sql: SQL = "SELECT body FROM message WHERE room = \(room) AND \(mine)"
///
/// The type of a value is the type of its `$n`: an `Int` is an `int8`, an `Int32` an `int4`, and a function must be declared
/// with what it is called with. A list of values is one array: `WHERE id = ANY(\(ids))`.
package struct SQL: Sendable {
    package private(set) var text: String
    package private(set) var binds: PostgresBinds
    /// Where the values' numbers stand: UTF-8 offsets behind each `$`.
    private var marks: [Int]

    /// A text that numbers its values itself, for statements whose text is always the same.
    package init(_ text: String, binds: PostgresBinds = PostgresBinds()) {
        self.text = text
        self.binds = binds
        marks = []
    }

    /// Puts a text at the end as it stands. It must be the program's own, never a user's.
    package mutating func append(raw: String) {
        text += raw
    }

    package mutating func append(_ value: some PostgresBindable) {
        text += "$"
        marks.append(text.utf8.count)
        binds.append(value)
        text += String(binds.count)
    }

    package mutating func append(_ other: SQL) {
        precondition(
            other.marks.count == other.binds.count,
            "a statement that numbers its values itself cannot be renumbered"
        )
        let utf8 = other.text.utf8
        var copied = utf8.startIndex
        for (index, mark) in other.marks.enumerated() {
            let number = utf8.index(utf8.startIndex, offsetBy: mark)
            text += other.text[copied..<number]
            marks.append(text.utf8.count)
            text += String(binds.count + index + 1)
            copied = utf8.index(number, offsetBy: String(index + 1).utf8.count)
        }
        text += other.text[copied...]
        binds.append(other.binds)
    }

    package static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum.append(b)
        return sum
    }

    package static func += (a: inout SQL, b: SQL) {
        a.append(b)
    }
}

extension Sequence<SQL> {
    /// One statement of all, with `separator` between them: `conditions.joined(separator: " AND ")`.
    package func joined(separator: String) -> SQL {
        var joined = SQL("")
        for (index, part) in enumerated() {
            if index > 0 { joined.append(raw: separator) }
            joined.append(part)
        }
        return joined
    }
}

extension SQL: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) {
        self.init(text)
    }

    package init(stringInterpolation: Interpolation) {
        self = stringInterpolation.sql
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL("")

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + 4 * interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql.append(raw: literal)
        }

        /// A value: becomes the next `$n`.
        package mutating func appendInterpolation(_ value: some PostgresBindable) {
            sql.append(value)
        }

        /// A value, or NULL for nil.
        package mutating func appendInterpolation<Value: PostgresBindable>(_ value: Value?) {
            sql.append(value)
        }

        /// A part of a statement with values of its own.
        package mutating func appendInterpolation(_ part: SQL) {
            sql.append(part)
        }

        /// A piece of text, such as a table's name. It must be the program's own, never a user's.
        package mutating func appendInterpolation(raw: String) {
            sql.append(raw: raw)
        }
    }
}
