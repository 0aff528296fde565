/// One row of a result, which it keeps alive.
package struct PostgresRow {
    package let result: PostgresResult
    package let index: Int

    /// The value of a column, counted from 0.
    package func decode<Value: PostgresDecodable>(_: Value.Type, _ column: Int) throws(PostgresError) -> Value {
        try result.decode(index, column)
    }
}

extension PostgresResult {
    package var first: PostgresRow? { count == 0 ? nil : self[0] }

    package subscript(row: Int) -> PostgresRow {
        precondition(row < count, "there is no row \(row)")
        return PostgresRow(result: self, index: row)
    }

    /// All rows, each a tuple of all its columns: `decode((UUID, String?, Int64).self)`.
    package func decode<each Value: PostgresDecodable>(
        _: (repeat each Value).Type
    ) throws(PostgresError) -> [(repeat each Value)] {
        var columns = 0
        for _ in repeat (each Value).self { columns += 1 }
        try expect(columns)
        var rows: [(repeat each Value)] = []
        rows.reserveCapacity(count)
        for row in 0..<count {
            var column = 0
            rows.append((repeat try next((each Value).self, row, &column)))
        }
        return rows
    }

    /// All rows of a result with one column: `decode(Int64.self)`.
    package func decode<Value: PostgresDecodable>(_: Value.Type) throws(PostgresError) -> [Value] {
        try expect(1)
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in 0..<count { values.append(try decode(row, 0)) }
        return values
    }

    func decode<Value: PostgresDecodable>(_ row: Int, _ column: Int) throws(PostgresError) -> Value {
        do {
            return try Value(postgres: field(row, column))
        } catch {
            var error = error
            error.message = "column \(columnName(column)): \(error.message)"
            throw error
        }
    }

    private func next<Value: PostgresDecodable>(
        _: Value.Type,
        _ row: Int,
        _ column: inout Int
    ) throws(PostgresError) -> Value {
        defer { column += 1 }
        return try decode(row, column)
    }

    private func expect(_ columns: Int) throws(PostgresError) {
        guard columns == columnCount else {
            throw PostgresError(.decoding, "the result has \(columnCount) columns, not \(columns)")
        }
    }
}
