-- Writes es.append_one_p<n>: es.append_p<n> for a batch of one command, with the same meaning and the same answer. Nothing
-- can collide inside it, so scalars and plain inserts do, and the call saves about a quarter: starting an executor
-- over unnest() costs more than the work for one row.
CREATE FUNCTION es.make_append_one(p int) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
  EXECUTE replace($sql$
CREATE OR REPLACE FUNCTION es.append_one_p@P@(
  p_epoch bigint, c_key bytea, c_request bytea, c_tenant uuid, c_seen bigint, c_answer bytea,
  s_id uuid[], s_want bigint[], s_add int[],
  k_id uuid[], k_kind int[], k_n int[], k_max bigint[],
  e_s int[], e_v int[], e_id uuid[], e_type int[], e_leaf bytea[], e_metadata bytea[], e_payload bytea[],
  OUT verdict "char"[], OUT first_position bigint[], OUT last_position bigint[], OUT answer bytea[],
  OUT s_version bigint[], OUT k_value bigint[],
  OUT head bigint, OUT committed_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $fn$
#variable_conflict use_variable
DECLARE
  v_epoch bigint; v_last bigint; v_prev bytea; v_root bytea; v_version bigint; v_value bigint; v_tid tid; v_tids tid[];
  v_verdict "char" := 'A'; v_first bigint := 0; v_to bigint; v_request bytea; v_answer bytea; v_added bigint := 0; i int;
  n int := cardinality(e_id);
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'append needs read committed' USING ERRCODE = 'ES002';
  END IF;

  -- 1. Serialise and fence, then read the tail with a snapshot newer than the lock.
  SELECT h.epoch INTO STRICT v_epoch FROM es.heads h WHERE h.partition = @P@ FOR NO KEY UPDATE;
  IF v_epoch <> p_epoch THEN RAISE EXCEPTION 'fenced' USING ERRCODE = 'ES001'; END IF;
  SELECT c.last_position, c.hash, c.committed_at INTO v_last, v_prev, committed_at
    FROM es.commits_p@P@ c WHERE c.partition = @P@ ORDER BY c.last_position DESC LIMIT 1;
  v_last := coalesce(v_last, 0);
  v_prev := coalesce(v_prev, sha256('daybook log'::bytea || int4send(@P@)));
  head := v_last;
  committed_at := greatest(clock_timestamp(), committed_at);

  -- 2. Checks: streams and `next` (C), limits (L), and before all the outcome (D, X).
  FOR i IN 1 .. cardinality(s_id) LOOP
    SELECT s.version, s.ctid INTO v_version, v_tid FROM es.streams_p@P@ s
     WHERE s.tenant = c_tenant AND s.stream = s_id[i] AND s.partition = @P@;
    v_version := coalesce(v_version, 0);
    s_version[i] := v_version;
    v_tids[i] := v_tid;
    v_added := v_added + s_add[i];
    IF s_want[i] <> v_version AND s_want[i] <> -1 AND (s_want[i] <> -2 OR v_version = 0) THEN v_verdict := 'C'; END IF;
  END LOOP;
  FOR i IN 1 .. cardinality(k_id) LOOP
    SELECT c.value INTO v_value FROM es.counters_p@P@ c
     WHERE c.tenant = c_tenant AND c.counter = k_id[i] AND c.partition = @P@;
    k_value[i] := coalesce(v_value, 0);
    IF k_kind[i] = 1 THEN
      IF k_n[i] <> k_value[i] + 1 THEN v_verdict := 'C'; END IF;
    ELSIF v_verdict = 'A' AND k_value[i] + k_n[i] > k_max[i] THEN
      v_verdict := 'L';
    END IF;
  END LOOP;
  SELECT o.request, o.first_position, o.last_position, o.answer INTO v_request, v_first, v_to, v_answer
    FROM es.outcomes_p@P@ o WHERE o.key = c_key AND o.partition = @P@ LIMIT 1;
  IF FOUND THEN v_verdict := CASE WHEN v_request = c_request THEN 'D' ELSE 'X' END; END IF;

  -- 3. Writes.
  IF v_verdict = 'A' THEN
    IF v_added <> n THEN RAISE EXCEPTION 'events and counts differ' USING ERRCODE = 'ES003'; END IF;
    v_first := 0;
    v_to := c_seen;
    IF n > 0 THEN
      v_first := v_last + 1;
      v_to := v_last + n;
      FOR i IN 1 .. n LOOP
        -- With the unique index on versions this proves that they have no gap.
        IF NOT coalesce(e_v[i] BETWEEN 1 AND s_add[e_s[i]], false) THEN
          RAISE EXCEPTION 'events and counts differ' USING ERRCODE = 'ES003';
        END IF;
        INSERT INTO es.events_p@P@
          (partition, position, tenant, stream, version, event, type, leaf, command, metadata, payload)
        VALUES (@P@, v_last + i, c_tenant, s_id[e_s[i]], s_version[e_s[i]] + e_v[i], e_id[i], e_type[i], e_leaf[i],
                c_key, e_metadata[i], e_payload[i]);
        v_root := coalesce(v_root, ''::bytea) || e_leaf[i]
                  || sha256(uuid_send(e_id[i]) || int8send(s_version[e_s[i]] + e_v[i]));
      END LOOP;
      v_root := sha256(v_root);
      FOR i IN 1 .. cardinality(s_id) LOOP
        IF s_add[i] > 0 AND s_version[i] = 0 THEN
          INSERT INTO es.streams_p@P@ (partition, tenant, stream, version) VALUES (@P@, c_tenant, s_id[i], s_add[i]);
        ELSIF s_add[i] > 0 THEN
          UPDATE es.streams_p@P@ s SET version = s_version[i] + s_add[i] WHERE s.ctid = v_tids[i];
        END IF;
      END LOOP;
      head := v_to;
      INSERT INTO es.commits_p@P@ (partition, first_position, last_position, committed_at, root, hash)
      VALUES (@P@, v_first, v_to, committed_at, v_root,
              sha256(v_prev || int8send(v_first) || int8send(v_to) || timestamptz_send(committed_at) || v_root));
    END IF;
    FOR i IN 1 .. cardinality(k_id) LOOP
      INSERT INTO es.counters_p@P@ AS c (partition, tenant, counter, value)
      VALUES (@P@, c_tenant, k_id[i], k_value[i] + CASE k_kind[i] WHEN 0 THEN k_n[i] ELSE 1 END)
      ON CONFLICT (counter, tenant, partition) DO UPDATE SET value = excluded.value;
    END LOOP;
    INSERT INTO es.outcomes_p@P@ (partition, key, request, tenant, first_position, last_position, created_at, answer)
    VALUES (@P@, c_key, c_request, c_tenant, v_first, v_to, committed_at, c_answer);
  END IF;
  verdict := ARRAY[v_verdict];
  first_position := ARRAY[coalesce(v_first, 0)];
  last_position := ARRAY[coalesce(v_to, 0)];
  answer := ARRAY[v_answer];
END $fn$;
GRANT EXECUTE ON FUNCTION es.append_one_p@P@ TO daybook_appender;
  $sql$, '@P@', p::text);
END $make$;
