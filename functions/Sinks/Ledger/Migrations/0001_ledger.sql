-- The tables that decide (DESIGN 5). Every index that a running pipeline reads is partial on the open states, so that no
-- query's cost grows with history. btree_gist is a trusted extension: it needs CREATE on the database, not a superuser.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA pipeline;

CREATE SCHEMA IF NOT EXISTS warehouse;

CREATE TABLE pipeline.source_cursor (
    dataset           text COLLATE "C" NOT NULL,
    stream            text COLLATE "C" NOT NULL,
    generation        integer NOT NULL DEFAULT 1,
    next_position     bigint,                          -- null until something landed in this generation
    epoch             bigint NOT NULL,                 -- the fence: only the latest claim can land
    stopped_reason    text,
    last_timestamp_ms bigint,
    landed_at         timestamptz,
    swept_generation  integer NOT NULL DEFAULT 1,      -- orphans of earlier generations are gone
    swept_position    bigint NOT NULL DEFAULT 0,       -- and those of this generation that begin before this position
    PRIMARY KEY (dataset, stream)
);

CREATE TABLE pipeline.publication (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset          text COLLATE "C" NOT NULL,
    contract_version integer NOT NULL,
    state            text COLLATE "C" NOT NULL CHECK (state IN ('planned', 'committed', 'visible', 'superseded', 'failed')),
    attempt          integer NOT NULL DEFAULT 0,
    raw_bytes        bigint NOT NULL,
    rows_in          bigint,
    rows_out         bigint,
    rows_duplicate   bigint,
    rows_rejected    bigint,
    unknown_fields   jsonb,
    min_event_time   timestamptz,
    max_event_time   timestamptz,
    planned_at       timestamptz NOT NULL,
    committed_at     timestamptz,
    visible_at       timestamptz,
    failure          text,
    -- Every record is accounted for; IS TRUE, because a CHECK passes on null.
    CONSTRAINT publication_balance CHECK (
        state IN ('planned', 'failed') OR (rows_in = rows_out + rows_duplicate + rows_rejected) IS TRUE)
);
CREATE INDEX publication_open ON pipeline.publication (dataset, id) WHERE state = 'planned';
CREATE INDEX publication_committed_at ON pipeline.publication (committed_at) WHERE committed_at IS NOT NULL;

CREATE TABLE pipeline.segment (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset        text COLLATE "C" NOT NULL,
    shard          text COLLATE "C" NOT NULL,
    positions      int8range NOT NULL CHECK (NOT isempty(positions)),
    epoch          bigint NOT NULL,
    object_key     text COLLATE "C" NOT NULL,
    records        integer NOT NULL,
    raw_bytes      bigint NOT NULL,
    object_bytes   bigint NOT NULL,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('landed', 'planned', 'published', 'void')),
    publication_id bigint REFERENCES pipeline.publication,
    landed_at      timestamptz NOT NULL,
    CONSTRAINT segment_positions_once EXCLUDE USING gist (dataset WITH =, shard WITH =, positions WITH &&)
);
CREATE INDEX segment_open ON pipeline.segment (dataset, id) WHERE state IN ('landed', 'planned');

CREATE TABLE pipeline.publication_segment (
    publication_id bigint NOT NULL REFERENCES pipeline.publication,
    segment_id     bigint NOT NULL REFERENCES pipeline.segment,
    PRIMARY KEY (publication_id, segment_id)
);

CREATE TABLE pipeline.lake_object (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    publication_id bigint NOT NULL REFERENCES pipeline.publication,
    dataset        text COLLATE "C" NOT NULL,
    role           text COLLATE "C" NOT NULL CHECK (role IN ('data', 'quarantine')),
    key            text COLLATE "C" NOT NULL UNIQUE,
    date_partition date,
    rows           bigint NOT NULL,
    bytes          bigint NOT NULL,
    sha256         text COLLATE "C" NOT NULL,
    upload_id      text COLLATE "C" NOT NULL,
    part_tags      text[] NOT NULL,
    state          text COLLATE "C" NOT NULL CHECK (state IN ('staged', 'visible', 'superseded'))
);
CREATE INDEX lake_object_staged ON pipeline.lake_object (publication_id, id) WHERE state = 'staged';
CREATE INDEX lake_object_publication ON pipeline.lake_object (publication_id);

CREATE TABLE pipeline.rejection (
    publication_id bigint NOT NULL REFERENCES pipeline.publication,
    code           text COLLATE "C" NOT NULL,
    field          text NOT NULL,
    records        bigint NOT NULL,
    first_shard    text NOT NULL,
    first_position bigint NOT NULL,
    PRIMARY KEY (publication_id, code, field)
);

CREATE TABLE pipeline.alert (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    severity     text COLLATE "C" NOT NULL CHECK (severity IN ('warning', 'critical')),
    dataset      text COLLATE "C" NOT NULL,
    code         text COLLATE "C" NOT NULL,
    subject      text COLLATE "C" NOT NULL,
    text         text NOT NULL,
    occurrences  bigint NOT NULL DEFAULT 1,
    raised_at    timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    resolved_at  timestamptz
);
CREATE UNIQUE INDEX alert_open ON pipeline.alert (dataset, code, subject) WHERE resolved_at IS NULL;

-- Up to when the sweep has compared the objects of each dataset with the ledger.
CREATE TABLE pipeline.sweep (
    dataset  text COLLATE "C" PRIMARY KEY,
    swept_at timestamptz NOT NULL
);
