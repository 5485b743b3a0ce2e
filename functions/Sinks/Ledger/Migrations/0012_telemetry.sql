-- The span that landed a segment (W3C traceparent), to which its publication's span is linked; null while nobody listened.
ALTER TABLE pipeline.segment ADD COLUMN trace text COLLATE "C";

-- When each function ran last, on each instance; written twice a minute at most.
CREATE TABLE pipeline.heartbeat (
    function       text COLLATE "C" NOT NULL,
    instance       text COLLATE "C" NOT NULL,
    since          timestamptz NOT NULL,              -- its first run there
    last_started   timestamptz NOT NULL,
    last_succeeded timestamptz,
    last_failed    timestamptz,
    last_error     text,                              -- a sentence of the program's own, or the error's type
    runs           bigint NOT NULL,
    failures       bigint NOT NULL,
    PRIMARY KEY (function, instance)
);

-- What the gauges count: as in 0001, partial on what is open.
CREATE INDEX publication_failed ON pipeline.publication (dataset) WHERE state = 'failed';
CREATE INDEX lake_object_quarantined ON pipeline.lake_object (dataset) INCLUDE (rows)
    WHERE role = 'quarantine' AND state <> 'superseded' AND removed_at IS NULL;
