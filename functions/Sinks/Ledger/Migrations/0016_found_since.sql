-- Since when it was so, as it was found last; `since` stays that of the first time. What a person ended is the same while this is not later.
ALTER TABLE pipeline.alert ADD COLUMN found_since timestamptz;
