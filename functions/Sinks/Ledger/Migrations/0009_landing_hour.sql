-- What landed of each shard in each hour: volume against its own history, and shards that stopped, are read from it. A trigger keeps it,
-- because segments are landed in four places. A shard's landings follow each other already, so that nobody waits for its row.
CREATE TABLE pipeline.landing_hour (
    dataset   text COLLATE "C" NOT NULL,
    hour      timestamptz NOT NULL,               -- UTC hour in which they landed, its beginning
    shard     text COLLATE "C" NOT NULL,
    segments  bigint NOT NULL,
    records   bigint NOT NULL,
    raw_bytes bigint NOT NULL,
    PRIMARY KEY (dataset, hour, shard)
);

CREATE FUNCTION pipeline.count_landing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pipeline.landing_hour AS held (dataset, hour, shard, segments, records, raw_bytes)
    SELECT dataset, date_trunc('hour', landed_at, 'UTC'), shard, count(*), sum(records), sum(raw_bytes)
    FROM landed WHERE state <> 'void' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (dataset, hour, shard) DO UPDATE SET
        segments = held.segments + excluded.segments, records = held.records + excluded.records, raw_bytes = held.raw_bytes + excluded.raw_bytes;
    RETURN NULL;
END $$;

CREATE TRIGGER segment_counted AFTER INSERT ON pipeline.segment
    REFERENCING NEW TABLE AS landed FOR EACH STATEMENT EXECUTE FUNCTION pipeline.count_landing();

INSERT INTO pipeline.landing_hour
SELECT dataset, date_trunc('hour', landed_at, 'UTC'), shard, count(*), sum(records), sum(raw_bytes)
FROM pipeline.segment WHERE state <> 'void' GROUP BY 1, 2, 3;
