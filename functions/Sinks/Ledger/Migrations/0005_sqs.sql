-- Messages of queues that were landed or given up: a queue delivers at least once, this table makes it once. The sweep forgets rows after
-- 15 days (SQS keeps a message 14 at most), so it holds about 130 bytes for each message of that time, and never more.
CREATE TABLE pipeline.queue_message (
    queue      text COLLATE "C" NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    position   bigint,                      -- in the queue's shard; null for one that was given up
    code       text COLLATE "C",            -- why it went to the dead letter queue; null for one that was landed
    field      text,
    noted_at   timestamptz NOT NULL,
    PRIMARY KEY (queue, message_id),
    CHECK ((position IS NULL) = (code IS NOT NULL))
);
CREATE INDEX queue_message_noted_at ON pipeline.queue_message USING brin (noted_at) WITH (pages_per_range = 16);

-- Who looked at what is hidden, and why. The value itself is never written; its pseudonym's hash tells which one it was.
CREATE TABLE pipeline.audit (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at              timestamptz NOT NULL,
    actor           text NOT NULL,
    action          text COLLATE "C" NOT NULL,
    dataset         text COLLATE "C" NOT NULL,
    column_name     text COLLATE "C" NOT NULL,
    reason          text NOT NULL,
    masked_sha256   text COLLATE "C" NOT NULL
);
