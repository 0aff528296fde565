/// Where a server is and as whom to connect.
package struct PostgresConfiguration: Sendable {
    /// libpq keywords or a URI: `host=/run/postgresql port=5432 dbname=product`, `postgresql://ada@db:5432/product`.
    package var conninfo: String
    /// The role to connect as, instead of the one in `conninfo`.
    package var user: String?
    /// The database, instead of the one in `conninfo`.
    package var database: String?
    /// What `pg_stat_activity` shows.
    package var applicationName: String
    /// For one attempt over all hosts of `conninfo`. Looking up a host's name is libpq's blocking call and comes on top.
    package var connectTimeout: Duration
    /// The longest that one statement, pipeline, script or copy may take; kept by the client, which then cancels it.
    package var statementTimeout: Duration
    /// Whether a pool's connections plan a statement once in place of each time, and anew after 1, 2, 4, 8, … of their callers and
    /// after a minute, since a plan from when a table was all but empty may be a bad one later. For many short statements that are the same.
    package var keepsPlans = false
    /// Schemas that stand in for those that statements name.
    package var schemas = SchemaNames()

    package init(
        conninfo: String,
        user: String? = nil,
        database: String? = nil,
        applicationName: String = "daybook",
        connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(30)
    ) {
        self.conninfo = conninfo
        self.user = user
        self.database = database
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
    }

    /// The same with `keepsPlans`.
    package func keepingPlans() -> PostgresConfiguration {
        var configuration = self
        configuration.keepsPlans = true
        return configuration
    }
}
