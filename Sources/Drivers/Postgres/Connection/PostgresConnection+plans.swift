extension PostgresConnection {
    /// Has a statement's first plan serve for good, on a connection that sends few statements often. Left to itself Postgres
    /// plans those over partitions, or with conditions on who may see what, each time, which takes longer than running them.
    ///
    /// A plan from when a table was all but empty would read all of it, and go on to do so when it has grown. So whatever has
    /// an index is looked up by it.
    package func planOnce() throws(PostgresError) {
        try executeScript(
            """
            SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off
            """
        )
    }

    /// Has every statement planned once more when it is sent next.
    package func planAnew() throws(PostgresError) {
        try executeScript("DISCARD PLANS")
    }
}
