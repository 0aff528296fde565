-- Writes es.append_p<n>, which judges and commits one batch of commands for partition n. Names of tables are spelled out,
-- so that its statements are planned once a connection and never for the partitioned parents.
--
-- Arrays: c_* hold one element a command, s_* one a touched stream, k_* one a counter operation, e_* one an event; an index
-- is 1-based. No element is null except in c_answer.
--   s_cmd, k_cmd  index into c_*
--   s_want        > 0 exactly this version, 0 no stream, -1 any, -2 exists
--   s_add         events that the command appends there; 0 is a guard only
--   k_kind        0: add k_n if value + k_n <= k_max; 1: next must be k_n (value = k_n - 1, becomes k_n)
--   e_s           index into s_*; e_q: 1, 2, … within the command; e_v: 1, 2, … within (command, stream)
-- Verdicts: A accepted, C conflict (stream or next number), L limit refused, D duplicate, X other request under this key,
--   R retry: it touches what an earlier command of the batch that passed its own checks writes, or repeats its key, or moves
--   its counter; it goes first in the next batch. Own checks are made against the values at the batch's start. R takes the
--   place of A, C and L, never of D and X; C wins over L. The first command is never R.
-- s_version and k_value are the values before the command: new version = s_version + s_add if accepted.
-- Errors: ES001 the epoch is old, ES002 not read committed, ES003 events and counts differ.
CREATE FUNCTION es.make_append(p int) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
  EXECUTE replace($sql$
CREATE OR REPLACE FUNCTION es.append_p@P@(
  p_epoch bigint,
  c_key bytea[], c_request bytea[], c_tenant uuid[], c_events int[], c_seen bigint[], c_answer bytea[],
  s_cmd int[], s_id uuid[], s_want bigint[], s_add int[],
  k_cmd int[], k_id uuid[], k_kind int[], k_n int[], k_max bigint[],
  e_s int[], e_q int[], e_v int[], e_id uuid[], e_type int[], e_leaf bytea[], e_metadata bytea[], e_payload bytea[],
  OUT verdict "char"[], OUT first_position bigint[], OUT last_position bigint[], OUT answer bytea[],
  OUT s_version bigint[], OUT k_value bigint[],
  OUT head bigint, OUT committed_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Index probes from the arrays, whatever the tables' size and whoever planned first.
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET work_mem = '64MB' AS $fn$
#variable_conflict use_variable
DECLARE
  v_epoch bigint; v_last bigint; v_prev bytea; v_total bigint; v_root bytea; v_rows bigint; i int; n int;
  v_moved boolean; v_hit uuid[]; v_keys bytea[];
  v_bad int[]; v_over int[]; v_retry int[]; v_more int[]; v_off bigint[]; v_tid tid[];
BEGIN
  -- An older snapshot than the lock would judge by values that are gone.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'append needs read committed' USING ERRCODE = 'ES002';
  END IF;

  -- 1. Serialise and fence by a row lock (no update, no dead tuple), then read the tail with a snapshot newer than the lock.
  SELECT h.epoch INTO STRICT v_epoch FROM es.heads h WHERE h.partition = @P@ FOR NO KEY UPDATE;
  IF v_epoch <> p_epoch THEN RAISE EXCEPTION 'fenced' USING ERRCODE = 'ES001'; END IF;
  SELECT c.last_position, c.hash, c.committed_at INTO v_last, v_prev, committed_at
    FROM es.commits_p@P@ c WHERE c.partition = @P@ ORDER BY c.last_position DESC LIMIT 1;
  v_last := coalesce(v_last, 0);
  v_prev := coalesce(v_prev, sha256('daybook log'::bytea || int4send(@P@)));

  -- 2. Own checks of every command against the values at the batch's start: outcomes, streams, counters.
  SELECT array_agg(x.st), array_agg(x.f), array_agg(x.l), array_agg(x.a)
    INTO verdict, first_position, last_position, answer
    FROM (SELECT (CASE WHEN o.key IS NULL THEN 'A' WHEN o.request = u.h THEN 'D' ELSE 'X' END)::"char" AS st,
                 coalesce(o.first_position, 0) AS f, coalesce(o.last_position, 0) AS l, o.answer AS a
            FROM unnest(c_key, c_request) WITH ORDINALITY u(k, h, o)
            LEFT JOIN LATERAL (SELECT * FROM es.outcomes_p@P@ o WHERE o.key = u.k AND o.partition = @P@ LIMIT 1) o ON true
           ORDER BY u.o) x;
  SELECT array_agg(x.ver), array_agg(x.tid), array_agg(x.cmd) FILTER (WHERE NOT x.ok), bool_or(x.ver > 0 AND x.n > 0)
    INTO s_version, v_tid, v_bad, v_moved
    FROM (SELECT u.cmd, u.n, coalesce(s.version, 0) AS ver, s.tid,
                 u.want = coalesce(s.version, 0) OR u.want = -1 OR (u.want = -2 AND s.version IS NOT NULL) AS ok
            FROM unnest(s_cmd, s_id, s_want, s_add) WITH ORDINALITY u(cmd, id, want, n, o)
            LEFT JOIN LATERAL (SELECT s.version, s.ctid AS tid FROM es.streams_p@P@ s
                                WHERE s.tenant = c_tenant[u.cmd] AND s.stream = u.id AND s.partition = @P@ LIMIT 1) s ON true
           ORDER BY u.o) x;
  IF cardinality(k_cmd) > 0 THEN
    SELECT array_agg(x.val), array_agg(x.cmd) FILTER (WHERE x.kind = 1 AND x.n <> x.val + 1),
           array_agg(x.cmd) FILTER (WHERE x.kind = 0 AND x.val + x.n > x.lim)
      INTO k_value, v_more, v_over
      FROM (SELECT u.cmd, u.kind, u.n, u.lim, coalesce(c.value, 0) AS val
              FROM unnest(k_cmd, k_id, k_kind, k_n, k_max) WITH ORDINALITY u(cmd, id, kind, n, lim, o)
              LEFT JOIN LATERAL (SELECT c.value FROM es.counters_p@P@ c
                                  WHERE c.tenant = c_tenant[u.cmd] AND c.counter = u.id AND c.partition = @P@ LIMIT 1) c
                ON true
             ORDER BY u.o) x;
    v_bad := v_bad || v_more;
    IF v_over IS NOT NULL THEN
      FOREACH i IN ARRAY v_over LOOP IF verdict[i] = 'A' THEN verdict[i] := 'L'; END IF; END LOOP;
    END IF;
  END IF;
  IF v_bad IS NOT NULL THEN
    FOREACH i IN ARRAY v_bad LOOP IF verdict[i] IN ('A', 'L') THEN verdict[i] := 'C'; END IF; END LOOP;
  END IF;

  -- 3. Retry: behind an earlier command that passed its own checks (its verdict is still A here, whatever becomes of it).
  IF cardinality(c_key) > 1 THEN
    -- A hash aggregate finds streams that collide, nearly always none; only those are sorted for the window.
    SELECT array_agg(x.id) INTO v_hit
      FROM (SELECT u.id FROM unnest(s_cmd, s_id, s_add) u(cmd, id, n) GROUP BY u.id
            HAVING min(u.cmd) FILTER (WHERE u.n > 0 AND verdict[u.cmd] = 'A') < max(u.cmd)) x;
    IF v_hit IS NOT NULL THEN
      SELECT array_agg(x.cmd) INTO v_retry
        FROM (SELECT u.cmd, min(u.cmd) FILTER (WHERE u.n > 0 AND verdict[u.cmd] = 'A')
                              OVER (PARTITION BY u.id, c_tenant[u.cmd]) AS w
                FROM unnest(s_cmd, s_id, s_add) u(cmd, id, n) WHERE u.id = ANY (v_hit)) x
       WHERE x.w < x.cmd;
    END IF;
    SELECT array_agg(x.k) INTO v_keys FROM (SELECT u.k FROM unnest(c_key) u(k) GROUP BY u.k HAVING count(*) > 1) x;
    IF v_keys IS NOT NULL THEN
      SELECT array_agg(x.cmd) INTO v_more
        FROM (SELECT u.cmd, min(u.cmd) FILTER (WHERE verdict[u.cmd] = 'A') OVER (PARTITION BY u.k) AS w
                FROM unnest(c_key) WITH ORDINALITY u(k, cmd) WHERE u.k = ANY (v_keys)) x
       WHERE x.w < x.cmd;
      v_retry := v_retry || v_more;
    END IF;
    IF cardinality(k_cmd) > 1 THEN
      SELECT array_agg(x.cmd) INTO v_more
        FROM (SELECT u.*, count(*) FILTER (WHERE verdict[u.cmd] = 'A') OVER w AS movers,
                     count(*) FILTER (WHERE verdict[u.cmd] = 'A' AND u.kind = 1) OVER w AS nexts,
                     sum(greatest(u.n, 0)) FILTER (WHERE verdict[u.cmd] = 'A' AND u.kind = 0) OVER w AS ahead
                FROM unnest(k_cmd, k_id, k_kind, k_n, k_max, k_value) u(cmd, id, kind, n, lim, val)
              WINDOW w AS (PARTITION BY u.id, c_tenant[u.cmd] ORDER BY u.cmd
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) x
       WHERE x.movers > 0 AND (x.kind = 1 OR x.nexts > 0 OR x.val + x.ahead + x.n > x.lim);
      v_retry := v_retry || v_more;
    END IF;
    IF v_retry IS NOT NULL THEN
      FOREACH i IN ARRAY v_retry LOOP IF verdict[i] NOT IN ('D', 'X') THEN verdict[i] := 'R'; END IF; END LOOP;
    END IF;
  END IF;

  -- 4. Positions. A command without events is answered with the position that it observed.
  v_total := 0;
  FOR i IN 1 .. cardinality(c_key) LOOP
    v_off[i] := v_last + v_total;
    IF verdict[i] = 'A' THEN
      n := c_events[i];
      v_total := v_total + n;
      IF n > 0 THEN
        first_position[i] := v_off[i] + 1;
        last_position[i] := v_off[i] + n;
      ELSE
        last_position[i] := c_seen[i];
      END IF;
    END IF;
  END LOOP;
  committed_at := greatest(clock_timestamp(), committed_at);

  -- 5. Writes, set based, with array subscripts instead of joins.
  IF v_total > 0 THEN
    WITH w AS (
      INSERT INTO es.events_p@P@
        (partition, position, tenant, stream, version, event, type, leaf, command, metadata, payload)
      SELECT @P@, v_off[s_cmd[x.s]] + x.q, c_tenant[s_cmd[x.s]], s_id[x.s], s_version[x.s] + x.v, x.id, x.ty, x.leaf,
             c_key[s_cmd[x.s]], x.meta, x.pay
        FROM unnest(e_s, e_q, e_v, e_id, e_type, e_leaf, e_metadata, e_payload) x(s, q, v, id, ty, leaf, meta, pay)
       WHERE verdict[s_cmd[x.s]] = 'A' AND x.q BETWEEN 1 AND c_events[s_cmd[x.s]] AND x.v BETWEEN 1 AND s_add[x.s]
      RETURNING position, leaf, event, version)
    -- The root covers versions too (CommitRoot.swift), hashed with the event's identifier.
    SELECT count(*),
           sha256(string_agg(w.leaf || sha256(uuid_send(w.event) || int8send(w.version)), ''::bytea ORDER BY w.position))
      INTO v_rows, v_root FROM w;
    -- With the unique indexes this count proves that positions and versions have no gap.
    IF v_rows <> v_total THEN RAISE EXCEPTION 'events and counts differ' USING ERRCODE = 'ES003'; END IF;
    -- New streams by plain insert, known ones by the place found in step 2: under the head lock nobody else writes them,
    -- and vacuum does not move live rows.
    INSERT INTO es.streams_p@P@ (partition, tenant, stream, version)
    SELECT @P@, c_tenant[u.cmd], u.id, u.n
      FROM unnest(s_cmd, s_id, s_add, s_version) u(cmd, id, n, ver)
     WHERE u.ver = 0 AND u.n > 0 AND verdict[u.cmd] = 'A';
    IF v_moved THEN
      UPDATE es.streams_p@P@ s SET version = u.ver + u.n
        FROM unnest(s_cmd, s_add, s_version, v_tid) u(cmd, n, ver, tid)
       WHERE s.ctid = u.tid AND u.ver > 0 AND u.n > 0 AND verdict[u.cmd] = 'A';
    END IF;
    v_prev := sha256(v_prev || int8send(v_last + 1) || int8send(v_last + v_total) || timestamptz_send(committed_at) || v_root);
    INSERT INTO es.commits_p@P@ (partition, first_position, last_position, committed_at, root, hash)
    VALUES (@P@, v_last + 1, v_last + v_total, committed_at, v_root, v_prev);
  END IF;
  IF cardinality(k_cmd) > 0 THEN
    INSERT INTO es.counters_p@P@ AS c (partition, tenant, counter, value)
    SELECT @P@, c_tenant[u.cmd], u.id, min(u.val) + sum(CASE u.kind WHEN 0 THEN u.n ELSE 1 END)
      FROM unnest(k_cmd, k_id, k_kind, k_n, k_value) u(cmd, id, kind, n, val)
     WHERE verdict[u.cmd] = 'A' GROUP BY c_tenant[u.cmd], u.id
    ON CONFLICT (counter, tenant, partition) DO UPDATE SET value = excluded.value;
  END IF;
  INSERT INTO es.outcomes_p@P@ (partition, key, request, tenant, first_position, last_position, created_at, answer)
  SELECT @P@, x.k, x.h, x.t, x.f, x.l, committed_at, x.a
    FROM unnest(verdict, c_key, c_request, c_tenant, first_position, last_position, c_answer) x(st, k, h, t, f, l, a)
   WHERE x.st = 'A';
  head := v_last + v_total;
END $fn$;
GRANT EXECUTE ON FUNCTION es.append_p@P@ TO daybook_appender;
  $sql$, '@P@', p::text);
END $make$;
