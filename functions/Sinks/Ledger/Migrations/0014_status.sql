-- What a page shows must cost the same however long the history is. Triggers write each change of a count as a row of its own, so that
-- nobody waits for anybody; the sweep folds those rows into the totals; a reader adds both up in one statement.
CREATE TABLE pipeline.dataset_total (
    dataset        text COLLATE "C" PRIMARY KEY,
    records_landed bigint NOT NULL,
    rows_in        bigint NOT NULL,                -- these of publications that are committed or visible
    rows_out       bigint NOT NULL,
    rows_duplicate bigint NOT NULL,
    rows_rejected  bigint NOT NULL
);
CREATE TABLE pipeline.dataset_delta (
    dataset        text COLLATE "C" NOT NULL,
    records_landed bigint NOT NULL DEFAULT 0,
    rows_in        bigint NOT NULL DEFAULT 0,
    rows_out       bigint NOT NULL DEFAULT 0,
    rows_duplicate bigint NOT NULL DEFAULT 0,
    rows_rejected  bigint NOT NULL DEFAULT 0
);

-- What the lake's date partitions hold: objects of rows that are visible or about to be.
CREATE TABLE pipeline.day_total (
    dataset text COLLATE "C" NOT NULL,
    day     date NOT NULL,
    objects bigint NOT NULL,
    rows    bigint NOT NULL,
    bytes   bigint NOT NULL,
    PRIMARY KEY (dataset, day)
);
CREATE TABLE pipeline.day_delta (
    dataset text COLLATE "C" NOT NULL,
    day     date NOT NULL,
    objects bigint NOT NULL,
    rows    bigint NOT NULL,
    bytes   bigint NOT NULL
);

-- Refused records by cause that nobody has settled, of publications that are committed or visible.
CREATE TABLE pipeline.cause_total (
    dataset text COLLATE "C" NOT NULL,
    code    text COLLATE "C" NOT NULL,
    field   text NOT NULL,
    records bigint NOT NULL,
    PRIMARY KEY (dataset, code, field)
);
CREATE TABLE pipeline.cause_delta (
    dataset text COLLATE "C" NOT NULL,
    code    text COLLATE "C" NOT NULL,
    field   text NOT NULL,
    records bigint NOT NULL
);

CREATE FUNCTION pipeline.count_landed_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pipeline.dataset_delta (dataset, records_landed) SELECT dataset, sum(records) FROM landed GROUP BY dataset;
    RETURN NULL;
END $$;
CREATE TRIGGER segment_totalled AFTER INSERT ON pipeline.segment
    REFERENCING NEW TABLE AS landed FOR EACH STATEMENT EXECUTE FUNCTION pipeline.count_landed_records();

-- A publication counts with all it has, or not at all; its refusals come and go with it.
CREATE FUNCTION pipeline.count_publication() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was boolean := TG_OP <> 'INSERT' AND OLD.state IN ('committed', 'visible');
    is_now boolean := TG_OP <> 'DELETE' AND NEW.state IN ('committed', 'visible');
BEGIN
    IF was THEN
        INSERT INTO pipeline.dataset_delta (dataset, rows_in, rows_out, rows_duplicate, rows_rejected)
        VALUES (OLD.dataset, -OLD.rows_in, -OLD.rows_out, -OLD.rows_duplicate, -OLD.rows_rejected);
    END IF;
    IF is_now THEN
        INSERT INTO pipeline.dataset_delta (dataset, rows_in, rows_out, rows_duplicate, rows_rejected)
        VALUES (NEW.dataset, NEW.rows_in, NEW.rows_out, NEW.rows_duplicate, NEW.rows_rejected);
    END IF;
    IF was AND NOT is_now THEN
        INSERT INTO pipeline.cause_delta SELECT OLD.dataset, code, field, -records FROM pipeline.rejection
        WHERE publication_id = OLD.id AND state IN ('open', 'unwanted');
    ELSIF is_now AND NOT was THEN
        INSERT INTO pipeline.cause_delta SELECT NEW.dataset, code, field, records FROM pipeline.rejection
        WHERE publication_id = NEW.id AND state IN ('open', 'unwanted');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER publication_added AFTER INSERT OR DELETE ON pipeline.publication
    FOR EACH ROW EXECUTE FUNCTION pipeline.count_publication();
CREATE TRIGGER publication_changed AFTER UPDATE ON pipeline.publication FOR EACH ROW
    WHEN ((OLD.state IN ('committed', 'visible'), OLD.dataset, OLD.rows_in, OLD.rows_out, OLD.rows_duplicate, OLD.rows_rejected)
        IS DISTINCT FROM
          (NEW.state IN ('committed', 'visible'), NEW.dataset, NEW.rows_in, NEW.rows_out, NEW.rows_duplicate, NEW.rows_rejected))
    EXECUTE FUNCTION pipeline.count_publication();

-- Refusals that change while their publication counts, as when records of it are replayed: whoever changes them holds the
-- publication's row, and changes its state in another statement. Those of a commit are inserted before it is one.
CREATE FUNCTION pipeline.count_rejection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state IN ('open', 'unwanted') THEN
        INSERT INTO pipeline.cause_delta SELECT dataset, OLD.code, OLD.field, -OLD.records FROM pipeline.publication
        WHERE id = OLD.publication_id AND state IN ('committed', 'visible');
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state IN ('open', 'unwanted') THEN
        INSERT INTO pipeline.cause_delta SELECT dataset, NEW.code, NEW.field, NEW.records FROM pipeline.publication
        WHERE id = NEW.publication_id AND state IN ('committed', 'visible');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rejection_totalled AFTER INSERT OR UPDATE OR DELETE ON pipeline.rejection
    FOR EACH ROW EXECUTE FUNCTION pipeline.count_rejection();

-- Objects come and change by the hundred, so these are counted by the statement. Most changes of an object count for nothing.
CREATE FUNCTION pipeline.count_objects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO pipeline.day_delta SELECT dataset, date_partition, count(*), sum(rows), sum(bytes) FROM after
        WHERE role = 'data' AND state IN ('staged', 'visible') AND date_partition IS NOT NULL GROUP BY dataset, date_partition;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO pipeline.day_delta SELECT dataset, date_partition, -count(*), -sum(rows), -sum(bytes) FROM before
        WHERE role = 'data' AND state IN ('staged', 'visible') AND date_partition IS NOT NULL GROUP BY dataset, date_partition;
    ELSE
        INSERT INTO pipeline.day_delta SELECT dataset, date_partition, sum(sign), sum(sign * rows), sum(sign * bytes)
        FROM (SELECT 1 AS sign, * FROM after UNION ALL SELECT -1, * FROM before) AS changed
        WHERE role = 'data' AND state IN ('staged', 'visible') AND date_partition IS NOT NULL GROUP BY dataset, date_partition
        HAVING sum(sign) <> 0 OR sum(sign * rows) <> 0 OR sum(sign * bytes) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lake_object_inserted AFTER INSERT ON pipeline.lake_object
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION pipeline.count_objects();
CREATE TRIGGER lake_object_updated AFTER UPDATE ON pipeline.lake_object
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION pipeline.count_objects();
CREATE TRIGGER lake_object_deleted AFTER DELETE ON pipeline.lake_object
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION pipeline.count_objects();

-- What readers ask: totals with what is not folded yet.
CREATE VIEW pipeline.dataset_count AS
SELECT dataset, sum(records_landed)::bigint AS records_landed, sum(rows_in)::bigint AS rows_in, sum(rows_out)::bigint AS rows_out,
    sum(rows_duplicate)::bigint AS rows_duplicate, sum(rows_rejected)::bigint AS rows_rejected
FROM (SELECT * FROM pipeline.dataset_total UNION ALL SELECT * FROM pipeline.dataset_delta) AS counted GROUP BY dataset;

CREATE VIEW pipeline.day_count AS
SELECT dataset, day, sum(objects)::bigint AS objects, sum(rows)::bigint AS rows, sum(bytes)::bigint AS bytes
FROM (SELECT * FROM pipeline.day_total UNION ALL SELECT * FROM pipeline.day_delta) AS counted
GROUP BY dataset, day HAVING sum(objects) <> 0;

CREATE VIEW pipeline.cause_count AS
SELECT dataset, code, field, sum(records)::bigint AS records
FROM (SELECT * FROM pipeline.cause_total UNION ALL SELECT * FROM pipeline.cause_delta) AS counted
GROUP BY dataset, code, field HAVING sum(records) <> 0;

INSERT INTO pipeline.dataset_delta (dataset, records_landed) SELECT dataset, sum(records) FROM pipeline.segment GROUP BY dataset;
INSERT INTO pipeline.dataset_delta (dataset, rows_in, rows_out, rows_duplicate, rows_rejected)
SELECT dataset, sum(rows_in), sum(rows_out), sum(rows_duplicate), sum(rows_rejected)
FROM pipeline.publication WHERE state IN ('committed', 'visible') GROUP BY dataset;
INSERT INTO pipeline.day_delta SELECT dataset, date_partition, count(*), sum(rows), sum(bytes) FROM pipeline.lake_object
WHERE role = 'data' AND state IN ('staged', 'visible') AND date_partition IS NOT NULL GROUP BY dataset, date_partition;
INSERT INTO pipeline.cause_delta SELECT publication.dataset, code, field, sum(records)
FROM pipeline.rejection JOIN pipeline.publication ON publication.id = publication_id
WHERE publication.state IN ('committed', 'visible') AND rejection.state IN ('open', 'unwanted') GROUP BY publication.dataset, code, field;

-- A maximum cannot be taken back from a total, but an index has it at its end.
CREATE INDEX publication_watermark ON pipeline.publication (dataset, max_event_time) WHERE state IN ('committed', 'visible');
CREATE INDEX publication_latest ON pipeline.publication (dataset, committed_at) WHERE state IN ('committed', 'visible');
-- What landed in the last minutes. Not BRIN: vacuumed space is used again, and a block range then spans months.
CREATE INDEX segment_landed_at ON pipeline.segment (landed_at);
-- The slices of a few days, of all accounts.
CREATE INDEX slice_dataset_day ON pipeline.slice (dataset, day);
