extension PostgresConnection {
    /// Has a statement's first plan serve for good, on a connection that sends few statements often. Left to itself Postgres
    /// plans those over partitions, or with conditions on who may see what, each time, which takes longer than running them.
    package func planOnce() throws(PostgresError) {
        try execute("SET plan_cache_mode = force_generic_plan")
    }

    /// Has every statement planned once more when it is sent next.
    package func planAnew() throws(PostgresError) {
        try executeScript("DISCARD PLANS")
    }
}
