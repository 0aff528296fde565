internal import CPostgres

/// The rows that a statement returned, in binary, freed with the object. Not Sendable: decode it where it was made.
package final class PostgresResult {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    /// The number of rows.
    package var count: Int { Int(PQntuples(handle)) }

    package var columnCount: Int { Int(PQnfields(handle)) }

    package func columnName(_ column: Int) -> String {
        PQfname(handle, Int32(column)).map { String(cString: $0) } ?? "\(column)"
    }

    /// How many rows an INSERT, UPDATE, DELETE, SELECT or COPY touched; 0 for other statements.
    package var affectedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    /// The first word of the command's tag: `SELECT`, `COMMIT` …
    var command: Substring { String(cString: PQcmdStatus(handle)).prefix { $0 != " " } }

    /// A value; valid as long as this result.
    package func field(_ row: Int, _ column: Int) -> PostgresField {
        precondition(row < count && column < columnCount, "there is no row \(row), column \(column)")
        let (r, c) = (Int32(row), Int32(column))
        let type = PostgresType(PQftype(handle, c))
        guard PQgetisnull(handle, r, c) == 0 else { return PostgresField(type: type, bytes: nil) }
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(handle, r, c), count: Int(PQgetlength(handle, r, c)))
        return PostgresField(type: type, bytes: bytes)
    }

    /// Lends a value's bytes without copying them; nil for NULL.
    package func withBytes<Result, Failure: Error>(
        _ row: Int,
        _ column: Int,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let bytes = field(row, column).bytes else { return nil }
        return try body(bytes.bytes)
    }
}

// MARK: Errors

extension PostgresResult {
    /// The error, if the server sent one instead of a result.
    var failure: PostgresError? {
        switch PQresultStatus(handle) {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR, PGRES_PIPELINE_ABORTED:
            PostgresError(
                .server(SQLState(errorField("C") ?? "XX000")),
                errorMessage,
                detail: errorField("D"),
                constraint: errorField("n")
            )
        default: nil
        }
    }

    var errorMessage: String {
        errorField("M") ?? String(cString: PQresultErrorMessage(handle)).trimmedLine
    }

    /// After FATAL and PANIC the server closes the connection.
    var endsConnection: Bool {
        ["FATAL", "PANIC"].contains(errorField("V"))
    }

    /// The letters are `PG_DIAG_…` in postgres_ext.h.
    private func errorField(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(handle, Int32(letter.value)).map { String(cString: $0) }
    }
}
