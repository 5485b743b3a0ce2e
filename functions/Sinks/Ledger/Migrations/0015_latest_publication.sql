-- One index for a dataset's latest commits. Of two, one of them without the dataset, the planner may ask the wrong one for a maximum, and
-- reads all publications when the dataset has none.
DROP INDEX pipeline.publication_committed_at;
DROP INDEX pipeline.publication_latest;
CREATE INDEX publication_committed_at ON pipeline.publication (dataset, committed_at) WHERE committed_at IS NOT NULL;
