-- A step that is repeated writes an object of its own; those that lost are deleted once, some time after the extraction landed.
-- Extractions from before had one key a part and lost nothing.
ALTER TABLE pipeline.extraction ADD COLUMN swept boolean NOT NULL DEFAULT true;
ALTER TABLE pipeline.extraction ALTER COLUMN swept SET DEFAULT false;
CREATE INDEX extraction_unswept ON pipeline.extraction (ended_at) WHERE state = 'landed' AND NOT swept;
