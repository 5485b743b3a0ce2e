-- Files that were found in the drop folder of a dataset. A replaced file (same key, other etag) is another file.
CREATE TABLE pipeline.dropped_file (
    dataset   text COLLATE "C" NOT NULL,
    number    bigint NOT NULL,                -- its positions are number * 2^40 and the 2^40 - 1 behind
    shard     text COLLATE "C" NOT NULL,
    key       text COLLATE "C" NOT NULL,
    etag      text COLLATE "C" NOT NULL,
    bytes     bigint NOT NULL,
    state     text COLLATE "C" NOT NULL CHECK (state IN ('seen', 'landed', 'refused', 'gone')),
    pieces    bigint,
    raw_bytes bigint,                         -- decompressed
    failures  integer NOT NULL DEFAULT 0,     -- tries that ended badly
    reason    text,                           -- why the last one did, or why it is refused
    seen_at   timestamptz NOT NULL,           -- the last listing that had it, until it ended
    ended_at  timestamptz,                    -- landed, refused or gone
    swept     boolean NOT NULL DEFAULT false, -- objects of tries that did not land are deleted
    PRIMARY KEY (dataset, number)
);
CREATE UNIQUE INDEX dropped_file_once ON pipeline.dropped_file (dataset, key, etag) WHERE state <> 'gone';
CREATE INDEX dropped_file_waiting ON pipeline.dropped_file (dataset) WHERE state = 'seen';
CREATE INDEX dropped_file_unswept ON pipeline.dropped_file (ended_at) WHERE NOT swept AND ended_at IS NOT NULL;

-- Datasets whose rows are published once. The row is locked last in each commit that adds keys, so that those follow each other.
CREATE TABLE pipeline.dedupe (
    id               smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset          text COLLATE "C" NOT NULL UNIQUE,
    commits          bigint NOT NULL DEFAULT 0,
    watermark_micros bigint,                 -- latest event time that was published, never later than its commit
    forgotten_day    integer                 -- keys of days before this one are deleted; days since 1970-01-01
);

-- The keys of published rows: about 135 bytes each, index included.
CREATE TABLE pipeline.dedupe_key (
    event_micros bigint NOT NULL,
    owner        bigint NOT NULL,            -- the record that has it
    hash         uuid NOT NULL,
    forget_day   integer NOT NULL,           -- of the watermark, from which on nobody can ask for it
    dataset      smallint NOT NULL REFERENCES pipeline.dedupe,
    PRIMARY KEY (hash, dataset, event_micros)
);
-- Datasets of which an object may have to be made again.
CREATE INDEX publication_unfinished ON pipeline.publication (dataset) WHERE state = 'committed';
CREATE INDEX dedupe_key_forget ON pipeline.dedupe_key USING brin (forget_day);
