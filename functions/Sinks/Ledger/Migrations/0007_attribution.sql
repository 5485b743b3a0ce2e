-- What attribution has seen of its inputs, and what it landed. As in 0001, indexes are partial on what is open, or found by key.
ALTER TABLE pipeline.publication ADD COLUMN attributed_at timestamptz;
CREATE INDEX publication_unattributed ON pipeline.publication (id)
    WHERE attributed_at IS NULL AND dataset IN ('ad_impressions', 'clicks', 'conversions');

-- The manifest of a day below its second folder: of what is in the lake, only what a reader asks for is read.
CREATE INDEX lake_object_day ON pipeline.lake_object (dataset, date_partition, split_part(key, '/', 3))
    WHERE role = 'data' AND removed_at IS NULL;
-- Days whose rows went without others in their place.
CREATE INDEX lake_object_successor ON pipeline.lake_object (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE pipeline.attribution_result (
    bucket        integer NOT NULL,
    day           date NOT NULL,
    fingerprint   text COLLATE "C" NOT NULL,      -- of the rows, whatever their order
    revision      integer NOT NULL,               -- how often the result changed; the first is 1
    extraction_id bigint NOT NULL REFERENCES pipeline.extraction,
    PRIMARY KEY (bucket, day)
);
