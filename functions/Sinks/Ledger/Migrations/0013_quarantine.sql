-- Publications that replay others, and what becomes of refused records. As in 0001, what a running pipeline or a page reads is partial on
-- what is open, found by key, or summed up by day.
ALTER TABLE pipeline.publication
    -- The publication whose segments are published again. Without refused_of this one supersedes it, with all that were replayed from its
    -- refusals; with refused_of it stands beside it.
    ADD COLUMN replays       bigint REFERENCES pipeline.publication,
    ADD COLUMN refused_of    bigint REFERENCES pipeline.publication,   -- only records that this one refused, which move when they are decided
    ADD COLUMN refused_code  text COLLATE "C",                         -- and of them those of one code and field; null for all
    ADD COLUMN refused_field text,
    ADD CONSTRAINT publication_refused_of CHECK (refused_of IS NULL OR replays IS NOT NULL);
CREATE INDEX publication_replays ON pipeline.publication (replays) WHERE replays IS NOT NULL;
CREATE INDEX publication_replay_list ON pipeline.publication (dataset, id) WHERE replays IS NOT NULL;
CREATE INDEX publication_refused_of_open ON pipeline.publication (refused_of) WHERE refused_of IS NOT NULL AND state IN ('planned', 'committed');
-- One is enough at a time; who orders a second one finds the first.
CREATE UNIQUE INDEX publication_replay_once ON pipeline.publication (replays) WHERE state = 'planned' AND refused_of IS NULL AND replays IS NOT NULL;
CREATE UNIQUE INDEX publication_refused_once ON pipeline.publication (refused_of) WHERE state = 'planned' AND refused_of IS NOT NULL;

-- A cause among a publication's refusals is settled as a whole. 'unwanted' is what a filter drops: nothing is kept of it.
ALTER TABLE pipeline.rejection
    ADD COLUMN dataset     text COLLATE "C",
    ADD COLUMN refused_at  timestamptz,
    ADD COLUMN state       text COLLATE "C" NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'unwanted', 'replayed', 'discarded', 'superseded')),
    ADD COLUMN replayed_by bigint REFERENCES pipeline.publication;     -- where its records are now
UPDATE pipeline.rejection SET dataset = publication.dataset, refused_at = committed_at, state = CASE WHEN code = 'filtered' THEN 'unwanted' ELSE 'open' END
FROM pipeline.publication WHERE id = publication_id;
ALTER TABLE pipeline.rejection ALTER COLUMN dataset SET NOT NULL, ALTER COLUMN refused_at SET NOT NULL;
CREATE INDEX rejection_open ON pipeline.rejection (dataset, code, field, publication_id) WHERE state = 'open';
CREATE INDEX rejection_replayed_by ON pipeline.rejection (replayed_by) WHERE replayed_by IS NOT NULL;

-- Refusals summed up by the UTC day of their commit, kept by triggers.
CREATE TABLE pipeline.quarantine_day (
    dataset        text COLLATE "C" NOT NULL,
    day            date NOT NULL,
    code           text COLLATE "C" NOT NULL,
    field          text NOT NULL,
    records        bigint NOT NULL,               -- refused on that day
    open_records   bigint NOT NULL,               -- and of them those that nobody has settled
    publications   bigint NOT NULL,               -- in which they are
    first_seen     timestamptz NOT NULL,
    last_seen      timestamptz NOT NULL,
    first_shard    text NOT NULL,
    first_position bigint NOT NULL,
    PRIMARY KEY (dataset, day, code, field)
);
CREATE INDEX quarantine_day_open ON pipeline.quarantine_day (dataset) WHERE open_records > 0;

CREATE FUNCTION pipeline.count_refusals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pipeline.quarantine_day AS held (
        dataset, day, code, field, records, open_records, publications, first_seen, last_seen, first_shard, first_position)
    SELECT dataset, (refused_at AT TIME ZONE 'UTC')::date, code, field, records, records, 1, refused_at, refused_at, first_shard, first_position
    FROM refused WHERE state = 'open' ORDER BY 1, 2, 3, 4
    ON CONFLICT (dataset, day, code, field) DO UPDATE SET
        records = held.records + excluded.records, open_records = held.open_records + excluded.open_records,
        publications = held.publications + 1, last_seen = greatest(held.last_seen, excluded.last_seen),
        first_seen = CASE WHEN held.open_records = 0 THEN excluded.first_seen ELSE held.first_seen END,
        first_shard = CASE WHEN held.open_records = 0 THEN excluded.first_shard ELSE held.first_shard END,
        first_position = CASE WHEN held.open_records = 0 THEN excluded.first_position ELSE held.first_position END;
    RETURN NULL;
END $$;
CREATE TRIGGER rejection_counted AFTER INSERT ON pipeline.rejection
    REFERENCING NEW TABLE AS refused FOR EACH STATEMENT EXECUTE FUNCTION pipeline.count_refusals();

ALTER TABLE pipeline.lake_object ADD COLUMN settled boolean NOT NULL DEFAULT false;   -- a quarantine object none of whose refusals is open
CREATE INDEX lake_object_settled ON pipeline.lake_object (publication_id) WHERE settled AND state = 'visible';

CREATE FUNCTION pipeline.settle_refusals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline.quarantine_day AS held
    SET open_records = held.open_records - gone.records, publications = held.publications - gone.publications
    FROM (SELECT dataset, (refused_at AT TIME ZONE 'UTC')::date AS day, code, field, sum(before.records) AS records, count(*) AS publications
          FROM before JOIN after USING (dataset, refused_at, code, field, publication_id)
          WHERE before.state = 'open' AND after.state <> 'open' GROUP BY 1, 2, 3, 4) AS gone
    WHERE held.dataset = gone.dataset AND held.day = gone.day AND held.code = gone.code AND held.field = gone.field;
    UPDATE pipeline.lake_object SET settled = true
    WHERE role = 'quarantine' AND NOT settled AND publication_id IN (SELECT publication_id FROM after WHERE state <> 'open')
        AND NOT EXISTS (SELECT FROM pipeline.rejection WHERE rejection.publication_id = lake_object.publication_id AND rejection.state = 'open');
    RETURN NULL;
END $$;
CREATE TRIGGER rejection_settled AFTER UPDATE ON pipeline.rejection
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION pipeline.settle_refusals();

INSERT INTO pipeline.quarantine_day
SELECT dataset, (refused_at AT TIME ZONE 'UTC')::date, code, field, sum(records), sum(records), count(*), min(refused_at), max(refused_at),
    (array_agg(first_shard ORDER BY publication_id))[1], (array_agg(first_position ORDER BY publication_id))[1]
FROM pipeline.rejection WHERE state = 'open' GROUP BY 1, 2, 3, 4;

-- Who looked at refused records, and who gave them up: of which cause, and how many.
ALTER TABLE pipeline.audit
    ALTER COLUMN column_name DROP NOT NULL,
    ALTER COLUMN masked_sha256 DROP NOT NULL,
    ADD COLUMN code    text COLLATE "C",
    ADD COLUMN field   text,
    ADD COLUMN records bigint;
