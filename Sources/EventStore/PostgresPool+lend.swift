internal import Postgres

extension PostgresPool {
    /// `withConnection` for a body that throws nothing but `PostgresError`.
    func lend<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        do {
            return try await withConnection(body)
        } catch let error as PostgresError {
            throw error
        } catch {
            preconditionFailure("neither the pool nor the body throws \(error)")
        }
    }
}
