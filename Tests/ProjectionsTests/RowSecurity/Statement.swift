import Foundation
import Postgres
import TestSupport

/// A statement that somebody might send, by mistake or not. Whatever rows it gives, it gives as text with their tenants in it.
struct Statement: Sendable {
    let sql: SQL
    /// Divides by zero when it comes to a row of this tenant, which it never may unless it is bound to it.
    var trap: UUID?
}

/// Makes up statements over all tables.
struct StatementMaker {
    let tables: [Neighbours.Table]
    /// Those that the role has been granted anything of.
    let readable: [Neighbours.Table]
    let writesQueues: Bool
    let tenants: [UUID]
    var random: Seeded

    /// - Parameter isLikely: to succeed if the tables can be read at all: in a pipeline one failure is that of all.
    mutating func statement(isLikely: Bool) -> Statement {
        let (a, b) = (table(isLikely), table(isLikely))
        if random.next() % 12 == 0 { return trapped(a.name) }
        if isLikely { return Statement(sql: writesQueues && random.next() % 4 == 0 ? writeQueues(b) : read(a, b)) }
        switch random.next() % 10 {
        case 0, 1, 2: return Statement(sql: read(a, b))
        case 3: return Statement(sql: hostile(a))
        case 4, 5, 6: return Statement(sql: write(a, b))
        default: return Statement(sql: writeQueues(b))
        }
    }

    private mutating func table(_ isLikely: Bool) -> Neighbours.Table {
        random.pick(isLikely || random.next() % 2 == 0 ? readable : tables)
    }

    private mutating func tenant() -> UUID { random.pick(tenants) }

    // MARK: Reading

    private mutating func read(_ a: Neighbours.Table, _ b: Neighbours.Table) -> SQL {
        let (p, q) = (predicate(on: "a", a), predicate(on: "b", b))
        let (t, u): (SQL, SQL) = ("\(raw: a.name)", "\(raw: b.name)")
        let column = random.pick(a.columns)
        switch random.next() % 13 {
        case 0: return "SELECT a::text FROM \(t) a WHERE \(p)"
        case 1: return "SELECT a::text FROM \(t) a WHERE \(p) ORDER BY a.\(raw: column)::text DESC LIMIT 5"
        case 2: return "SELECT a::text, b::text FROM \(t) a JOIN \(u) b ON a.tenant <> b.tenant WHERE \(p)"
        case 3: return "SELECT a::text, b::text FROM \(t) a LEFT JOIN \(u) b ON \(q) WHERE \(p) LIMIT 50"
        case 4: return "SELECT a::text, b::text FROM \(t) a FULL JOIN \(u) b ON a.tenant = b.tenant"
        case 5: return "WITH a AS MATERIALIZED (SELECT * FROM \(t)) SELECT a::text FROM a WHERE \(p)"
        case 6: return "SELECT a::text FROM \(t) a WHERE \(p) UNION ALL SELECT b::text FROM \(u) b WHERE \(q)"
        case 7: return "SELECT (SELECT string_agg(b::text, ' ') FROM \(u) b WHERE \(q)) FROM \(t) a WHERE \(p)"
        case 8: return "SELECT (SELECT string_agg(b::text, ' ') FROM \(u) b WHERE \(q))"
        case 9: return "SELECT min(a.tenant::text), max(a::text), count(*)::text FROM \(t) a WHERE \(p)"
        case 10: return "SELECT x.a::text FROM \(u) b, LATERAL (SELECT a FROM \(t) a WHERE a.tenant <> b.tenant) x"
        case 11: return "SELECT a::text FROM \(t) a TABLESAMPLE SYSTEM (100) WHERE \(p)"
        default:
            return """
                SELECT s::text FROM pg_stats s WHERE s.schemaname || '.' || s.tablename = \(a.name)
                UNION ALL SELECT query_to_xml(\("SELECT a::text FROM \(a.name) a"), true, false, '')::text
                """
        }
    }

    private mutating func predicate(on alias: String, _ table: Neighbours.Table) -> SQL {
        let a: SQL = "\(raw: alias)"
        let column: SQL = "\(a).\(raw: random.pick(table.columns))"
        let other = random.pick(readable)
        switch random.next() % 10 {
        case 0: return "\(a).tenant = \(tenant())"
        case 1: return "\(a).tenant <> \(tenant())"
        case 2: return "\(a).tenant = ANY(\(tenants))"
        case 3: return "\(column) IS NOT NULL OR true"
        case 4: return "\(a)::text LIKE '%0%'"
        case 5: return "EXISTS (SELECT FROM \(raw: other.name) o WHERE o.tenant <> \(a).tenant)"
        case 6: return "\(a).tenant NOT IN (SELECT o.tenant FROM \(raw: other.name) o WHERE o.tenant IS NOT NULL)"
        case 7: return "\(column)::text = (SELECT max(o::text) FROM \(raw: other.name) o) OR \(a).tenant = \(tenant())"
        case 8: return "\(a).tenant::text <> coalesce(current_setting('daybook.tenant', true), '')"
        default: return "true"
        }
    }

    private mutating func trapped(_ table: String) -> Statement {
        let trap = tenant()
        return Statement(
            sql: "SELECT a::text FROM \(raw: table) a WHERE 1 / (CASE WHEN a.tenant = \(trap) THEN 0 ELSE 1 END) = 1",
            trap: trap
        )
    }

    // MARK: Writing

    private mutating func write(_ a: Neighbours.Table, _ b: Neighbours.Table) -> SQL {
        let (p, q) = (predicate(on: "a", a), predicate(on: "b", b))
        let (t, u): (SQL, SQL) = ("\(raw: a.name)", "\(raw: b.name)")
        let column = random.pick(a.columns)
        switch random.next() % 6 {
        case 0: return "UPDATE \(t) a SET tenant = \(tenant()) WHERE \(p) RETURNING a::text"
        case 1: return "UPDATE \(t) a SET \(raw: column) = a.\(raw: column) WHERE \(p) RETURNING a::text"
        case 2: return "DELETE FROM \(t) a WHERE \(p) RETURNING a::text"
        case 3: return "DELETE FROM \(t) a USING \(u) b WHERE \(q) RETURNING a::text, b::text"
        case 4: return "INSERT INTO \(t) AS a SELECT * FROM \(t) b WHERE \(q) RETURNING a::text"
        default: return "SELECT a::text FROM \(t) a WHERE \(p) FOR UPDATE"
        }
    }

    /// The one thing that the gateway writes. What gives nothing back asks for no right to read, and is judged by other rules.
    private mutating func writeQueues(_ b: Neighbours.Table) -> SQL {
        let p = predicate(on: "a", queues)
        let q = predicate(on: "b", b)
        let u: SQL = "\(raw: b.name)"
        let touched: SQL = "client = coalesce(a.client, '') || '.'"
        switch random.next() % 9 {
        case 0: return "UPDATE rt.queues a SET \(touched) WHERE \(p) RETURNING a::text"
        case 1: return "UPDATE rt.queues a SET \(touched) FROM \(u) b WHERE \(q) AND \(p) RETURNING a::text, b::text"
        case 2: return "UPDATE rt.queues a SET tenant = \(tenant()) WHERE \(p) RETURNING a::text"
        case 3: return "UPDATE rt.queues SET tenant = \(tenant()), id = gen_random_uuid()"
        case 4: return "UPDATE rt.queues SET client = 'all'"
        case 5:
            return """
                MERGE INTO rt.queues a USING (SELECT DISTINCT b.tenant FROM \(u) b WHERE \(q)) s ON s.tenant <> a.tenant OR true
                 WHEN MATCHED THEN UPDATE SET \(touched)
                """
        case 6:
            return """
                INSERT INTO rt.queues AS a (tenant, id, partition, member, base, idle_timeout_s, durable)
                SELECT \(tenant()), q.id, 0, q.member, 0, 60, true FROM rt.queues q LIMIT 1
                ON CONFLICT (id, tenant) DO UPDATE SET \(touched) RETURNING a::text
                """
        case 7:
            return """
                INSERT INTO rt.queues (tenant, id, partition, member, base, idle_timeout_s, durable)
                VALUES (\(tenant()), gen_random_uuid(), 0, gen_random_uuid(), 0, 60, true)
                """
        default:
            return """
                INSERT INTO rt.queues AS a (tenant, id, partition, member, base, idle_timeout_s, durable)
                VALUES (\(tenant()), gen_random_uuid(), 0, gen_random_uuid(), 0, 60, true) RETURNING a::text
                """
        }
    }

    private var queues: Neighbours.Table { tables.first { $0.name == "rt.queues" }! }

    /// What would take the protection away.
    private mutating func hostile(_ a: Neighbours.Table) -> SQL {
        let t: SQL = "\(raw: a.name)"
        switch random.next() % 8 {
        case 0: return "SET ROLE daybook_owner"
        case 1: return "SET SESSION AUTHORIZATION daybook_projector"
        case 2: return "SELECT set_config('row_security', 'off', true)"
        case 3: return "ALTER TABLE \(t) DISABLE ROW LEVEL SECURITY"
        case 4: return "DROP POLICY tenant ON \(t)"
        case 5: return "CREATE POLICY mine ON \(t) USING (true)"
        case 6: return "TRUNCATE \(t)"
        default: return "CREATE RULE mine AS ON INSERT TO \(t) DO INSTEAD NOTHING"
        }
    }
}
