-- Avro schemas that messages named: what was landed can be decoded when the registry is gone, and always by the same schema.
CREATE TABLE pipeline.avro_schema (
    registry    text COLLATE "C" NOT NULL,   -- its address; the same number means another schema elsewhere
    id          bigint NOT NULL,
    fingerprint bigint,                      -- CRC-64-AVRO, its 64 bits; null for a schema that cannot be read
    schema      text NOT NULL,
    kept_at     timestamptz NOT NULL,
    PRIMARY KEY (registry, id)
);
CREATE INDEX avro_schema_fingerprint ON pipeline.avro_schema (fingerprint) WHERE fingerprint IS NOT NULL;
