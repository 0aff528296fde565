import Postgres
import Testing

/// Where a process dies: when it is about to write the event after so many, in one of the logs, which are `control` and `product`.
struct Death: Sendable, CustomTestStringConvertible {
    let log: String
    let events: Int

    var testDescription: String { "after \(events) events in the \(log) log" }

    /// Does something that is to die there.
    ///
    /// - Returns: what it died of; nil if it came to its end.
    func strike(_ foundry: Foundry, _ body: () async throws -> Void) async throws -> (any Error)? {
        let connection =
            try log == "control"
            ? foundry.control.superuser() : PostgresConnection(foundry.database.configuration())
        try connection.executeScript(
            """
            CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.position > (SELECT coalesce(max(position), 0) FROM public.start) + \(events) THEN
                RAISE EXCEPTION 'dead';
              END IF;
              RETURN NEW;
            END $$;
            CREATE TABLE public.start AS SELECT max(position) AS position FROM es.events;
            GRANT SELECT ON public.start TO PUBLIC;
            CREATE TRIGGER die BEFORE INSERT ON es.events FOR EACH ROW EXECUTE FUNCTION public.die();
            """
        )
        let failure: (any Error)?
        do {
            try await body()
            failure = nil
        } catch { failure = error }
        try revive(connection)
        return failure
    }

    /// Whoever reads the log meanwhile may lock its partitions in another order, so it may take several tries.
    private func revive(_ connection: PostgresConnection) throws {
        var tries = 0
        while tries < 100 {
            tries += 1
            do {
                try connection.executeScript("DROP TRIGGER die ON es.events")
                return
            } catch {
                guard "\(error)".contains("40P01") else { throw error }
            }
        }
        throw Immortal()
    }

    private struct Immortal: Error {}
}
