internal import CPostgres
internal import Glibc

extension PostgresConnection {
    /// Writes many rows fast, by COPY. A value's type must be the column's: an `Int` goes into a `bigint`, not an `integer`.
    ///
    ///     try connection.copyIn(into: "message (position, body)") { rows in
    ///         for message in messages { try rows.write(message.position, message.body) }
    ///     }
    ///
    /// - Parameters:
    ///   - target: a table and its columns, part of the program's own text.
    ///   - body: throws to abort; then no row is there.
    /// - Returns: the number of rows.
    @discardableResult
    package func copyIn(into target: String, _ body: (inout PostgresCopy) throws -> Void) throws -> Int {
        let text = "COPY \(target) FROM STDIN (FORMAT binary)"
        return try naming(text) {
            let exchange = try begin()
            try exchange.send { PQsendQuery($0, text) }
            let (start, failure) = try exchange.rest()
            guard let start, PQresultStatus(start.handle) == PGRES_COPY_IN else {
                try exchange.finish(failure)
                throw wire.lose("the server does not take rows")
            }
            do {
                var copy = PostgresCopy(exchange)
                try body(&copy)
                try copy.end()
            } catch {
                try abortCopy()
                throw error
            }
            let (result, error) = try exchange.rest()
            try exchange.finish(error)
            return result?.affectedRows ?? 0
        }
    }

    private func abortCopy() throws(PostgresError) {
        guard !isLost else { return }
        let exchange = try begin(cleanup: true)
        try exchange.put { PQputCopyEnd($0, "given up by the client") }
        _ = try exchange.rest()
    }

    private func naming<Result>(_ text: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var error as PostgresError {
            if error.query == nil { error.query = text }
            throw error
        }
    }
}

/// Takes the rows of a COPY.
package struct PostgresCopy: ~Copyable {
    private static let chunk = 64 * 1024

    private let exchange: Exchange
    private var buffer = PostgresBuffer()

    init(_ exchange: Exchange) {
        self.exchange = exchange
        // Signature, flags, no extension.
        buffer.append(Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + Array(repeating: 0, count: 8))
    }

    /// Writes one row, a value per column.
    package mutating func write<each Value: PostgresBindable>(_ value: repeat each Value) throws(PostgresError) {
        var columns: Int16 = 0
        for _ in repeat (each Value).self { columns += 1 }
        buffer.extend(by: 2) { $0.write(columns) }
        for value in repeat each value { value.encode(into: &buffer) }
        if buffer.count >= Self.chunk { try flush() }
    }

    fileprivate mutating func end() throws(PostgresError) {
        buffer.extend(by: 2) { $0.write(Int16(-1)) }
        try flush()
        try exchange.put { PQputCopyEnd($0, nil) }
    }

    private mutating func flush() throws(PostgresError) {
        try exchange.put { handle in
            buffer.bytes.withUnsafeBytes { bytes in
                PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
            }
        }
        buffer.removeAll()
    }
}
