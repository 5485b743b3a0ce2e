-- What people are told of alerts. The alert's row is the fact, raised inside other transactions; what is told of it is derived from the row
-- later, so that raising stays one statement and no raiser knows of channels.
ALTER TABLE pipeline.alert
    ADD COLUMN thread          uuid,                              -- one incident to people; an alert re-opened soon goes on with its own
    ADD COLUMN told_severity   text COLLATE "C",                  -- the highest that deliveries were made for; null: none were made yet
    ADD COLUMN told_at         timestamptz,                       -- when deliveries of it were last made
    ADD COLUMN told_resolved   boolean NOT NULL DEFAULT false,
    ADD COLUMN resolved_by     text,                              -- who resolved it by hand; null: the pipeline saw its cause end
    ADD COLUMN resolved_reason text;
-- Nobody is told now of what ended before anybody could be told.
UPDATE pipeline.alert SET told_severity = severity, told_at = raised_at, told_resolved = true WHERE resolved_at IS NOT NULL;

CREATE INDEX alert_untold ON pipeline.alert (id)
    WHERE told_severity IS NULL OR (severity = 'critical' AND told_severity = 'warning') OR (resolved_at IS NOT NULL AND NOT told_resolved);
CREATE INDEX alert_told ON pipeline.alert (told_at) WHERE resolved_at IS NULL AND told_severity IS NOT NULL;
CREATE INDEX alert_history ON pipeline.alert (dataset, code, subject, id);
CREATE INDEX alert_by_dataset ON pipeline.alert (dataset, id);
CREATE INDEX alert_open_id ON pipeline.alert (id) WHERE resolved_at IS NULL;

-- One message to one channel: fixed when it is formed, so that a repeated try says the same under the same key.
CREATE TABLE pipeline.alert_message (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         uuid NOT NULL DEFAULT gen_random_uuid(),          -- by which a receiver knows a repeated try
    channel     text COLLATE "C" NOT NULL,
    event       text COLLATE "C" NOT NULL CHECK (event IN ('raised', 'escalated', 'repeated', 'resolved')),
    state       text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    formed_at   timestamptz NOT NULL,
    tries       integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,                             -- during a try: when its lease ends
    last_error  text,
    ended_at    timestamptz
);
CREATE INDEX alert_message_due ON pipeline.alert_message (channel, next_try_at) WHERE state = 'waiting';

-- What one channel is told of one alert, once each.
CREATE TABLE pipeline.alert_delivery (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id   bigint NOT NULL REFERENCES pipeline.alert,
    thread     uuid NOT NULL,
    channel    text COLLATE "C" NOT NULL,
    event      text COLLATE "C" NOT NULL CHECK (event IN ('raised', 'escalated', 'repeated', 'resolved')),
    number     integer NOT NULL,                                  -- of repeats, from 1; 0 otherwise
    due_at     timestamptz NOT NULL,
    message_id bigint REFERENCES pipeline.alert_message,          -- null while it waits for its group
    damped     boolean NOT NULL DEFAULT false,                    -- never told: the alert was resolved and re-opened within moments
    UNIQUE (alert_id, channel, event, number)
);
CREATE INDEX alert_delivery_due ON pipeline.alert_delivery (due_at) WHERE message_id IS NULL AND NOT damped;
CREATE INDEX alert_delivery_thread ON pipeline.alert_delivery (thread, channel, id);
CREATE INDEX alert_delivery_message ON pipeline.alert_delivery (message_id) WHERE message_id IS NOT NULL;
