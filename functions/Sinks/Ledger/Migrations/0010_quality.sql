-- What the rules of quality are read from: roll-ups, written in each publication's commit, so that no rule reads history row by row. The
-- sweep forgets what is older than ten weeks.
CREATE TABLE pipeline.quality_hour (
    dataset      text COLLATE "C" NOT NULL,
    hour         timestamptz NOT NULL,             -- UTC hour of the commits, its beginning
    publications bigint NOT NULL,
    rows_in      bigint NOT NULL,                  -- those that a filter drops left out, as below
    duplicates   bigint NOT NULL,
    rejected     bigint NOT NULL,
    watermark    timestamptz,                      -- latest, never later than its commit; by nine tenths of a publication's events, because some clocks run ahead
    PRIMARY KEY (dataset, hour)
);
CREATE INDEX quality_hour_hour ON pipeline.quality_hour (hour);

CREATE TABLE pipeline.column_hour (
    dataset     text COLLATE "C" NOT NULL,
    hour        timestamptz NOT NULL,              -- of the commits
    column_name text COLLATE "C" NOT NULL,
    rows        bigint NOT NULL,
    nulls       bigint NOT NULL,
    outside     bigint NOT NULL,                   -- values outside of the contract's bounds
    total       double precision NOT NULL,         -- 0 for a column of which only nulls are counted
    PRIMARY KEY (dataset, hour, column_name)
);
CREATE INDEX column_hour_hour ON pipeline.column_hour (hour);

CREATE TABLE pipeline.event_hour (
    dataset text COLLATE "C" NOT NULL,
    hour    timestamptz NOT NULL,                  -- of the events
    rows    bigint NOT NULL,
    PRIMARY KEY (dataset, hour)
);
CREATE INDEX event_hour_hour ON pipeline.event_hour (hour);

-- Slices as they are published; a later extraction's figures replace them.
CREATE TABLE pipeline.slice_day (
    dataset  text COLLATE "C" NOT NULL,
    day      date NOT NULL,
    source   text COLLATE "C" NOT NULL,
    account  text COLLATE "C" NOT NULL,
    stream   text COLLATE "C" NOT NULL,
    rows     bigint NOT NULL,
    first_at timestamptz NOT NULL,                 -- when it was published first
    PRIMARY KEY (dataset, day, source, account, stream)
);
CREATE INDEX slice_day_day ON pipeline.slice_day (day);

CREATE TABLE pipeline.slice_column (
    dataset     text COLLATE "C" NOT NULL,
    day         date NOT NULL,
    source      text COLLATE "C" NOT NULL,
    account     text COLLATE "C" NOT NULL,
    stream      text COLLATE "C" NOT NULL,
    column_name text COLLATE "C" NOT NULL,
    rows        bigint NOT NULL,
    nulls       bigint NOT NULL,
    outside     bigint NOT NULL,
    total       double precision NOT NULL,
    PRIMARY KEY (dataset, day, source, account, stream, column_name)
);
CREATE INDEX slice_column_day ON pipeline.slice_column (day);

CREATE INDEX landing_hour_hour ON pipeline.landing_hour (hour);

-- Up to where the segments of a topic-partition are known to follow each other without a hole.
CREATE TABLE pipeline.shard_run (
    dataset    text COLLATE "C" NOT NULL,
    stream     text COLLATE "C" NOT NULL,
    generation integer NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (dataset, stream)
);
