import Postgres
import Testing

/// What is said of a conninfo that does not work is logged, so no part of it may hold the password.
struct ConninfoTests {
    @Test(
        arguments: [
            "host=/nowhere password=sesame open", "host=/nowhere password='sesame", "password=x sesame",
            "postgres://ada:sesame@[::1/db", "postgres://ada:sesame@host:port/db",
            "postgresql://ada:open@sesame@127.0.0.1:1/db", "postgres://ada:sesame%zz@127.0.0.1:1/db",
            "host=127.0.0.1 port=1 password=sesame", "postgres://ada:sesame@127.0.0.1:1/db",
        ]
    )
    func `an error does not quote the password`(conninfo: String) throws {
        var configuration = PostgresConfiguration(conninfo: conninfo)
        configuration.connectTimeout = .seconds(1)
        let error = #expect(throws: PostgresError.self) { _ = try PostgresConnection(configuration) }
        #expect(error?.code == .connectionFailed)
        #expect(error.map { "\($0) \($0.detail ?? "")" }?.contains("sesame") == false)
    }
}
