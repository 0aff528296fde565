-- Makes a partition of the log with all that belongs to it; nothing if it is there.
CREATE FUNCTION es.make_partition(p int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE es.heads IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM es.heads WHERE partition = p) THEN RETURN; END IF;
  INSERT INTO es.heads (partition) VALUES (p);
  PERFORM es.make_partition_tables(p);
  PERFORM es.make_append(p);
  PERFORM es.make_append_one(p);
END $$;
