internal import CPostgres

extension PostgresConnection {
    private enum Step {
        case prepare(StatementCache.Key, as: String, for: Int)
        case run(Int)
    }

    /// Sends all statements at once and reads all results: one round trip and, outside of a transaction, one transaction of
    /// its own. On an error none of them has happened, and the first error is thrown.
    ///
    ///     let results = try connection.pipeline([
    ///         "SELECT set_config('daybook.tenant', \(tenant), true)",
    ///         "SELECT id, name FROM room",
    ///     ])
    package func pipeline(_ queries: [SQL]) throws(PostgresError) -> [PostgresResult] {
        guard !queries.isEmpty else { return [] }
        let keys = queries.map(StatementCache.Key.init)
        return try preparingAgain(keys) { () throws(PostgresError) in
            try deallocateDropped()
            return try pipeline(queries, keys)
        }
    }

    private func pipeline(_ queries: [SQL], _ keys: [StatementCache.Key]) throws(PostgresError) -> [PostgresResult] {
        let exchange = try begin()
        try exchange.send(PQenterPipelineMode)
        let steps = try send(queries, keys, on: exchange)

        var results: [PostgresResult] = []
        var failure: PostgresError?
        for step in steps {
            let (result, error) = try exchange.rest()
            switch step {
            case .prepare(let key, let name, let index):
                if error == nil {
                    statements.add(name, for: key)
                } else if failure == nil {
                    failure = error?.of(queries[index])
                }
            case .run(let index):
                if let result, error == nil {
                    results.append(result)
                } else if failure == nil {
                    failure = error?.of(queries[index])
                }
            }
        }
        // The Sync's own result: now it is committed or rolled back.
        _ = try exchange.next()
        try exchange.send(PQexitPipelineMode)
        try exchange.finish(failure)
        return results
    }

    /// Queues every statement, each new one after its preparation, and the Sync.
    private func send(
        _ queries: [SQL],
        _ keys: [StatementCache.Key],
        on exchange: Exchange
    ) throws(PostgresError) -> [Step] {
        var steps: [Step] = []
        var preparing: [StatementCache.Key: String] = [:]
        for (index, (query, key)) in zip(queries, keys).enumerated() {
            var name = statements.name(of: key) ?? preparing[key]
            if name == nil {
                let new = statements.newName()
                try exchange.send { prepare(key, as: new, on: $0) }
                steps.append(.prepare(key, as: new, for: index))
                preparing[key] = new
                name = new
            }
            try exchange.send { query.send(name!, on: $0) }
            steps.append(.run(index))
        }
        try exchange.send(PQpipelineSync)
        return steps
    }
}

extension PostgresError {
    fileprivate func of(_ sql: SQL) -> PostgresError {
        var error = self
        error.query = sql.text
        return error
    }
}
