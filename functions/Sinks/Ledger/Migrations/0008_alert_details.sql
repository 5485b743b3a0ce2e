-- What an alert tells apart from its sentences: since when, what was expected, what was seen, and a query or command that shows it.
ALTER TABLE pipeline.alert
    ADD COLUMN since    timestamptz,
    ADD COLUMN expected text,
    ADD COLUMN seen     text,
    ADD COLUMN query    text;
