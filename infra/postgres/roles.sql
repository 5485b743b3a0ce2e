-- The roles of the database `pipeline`; run once by its owner, with the variables app_password, scaling_password (infra/README.md, step 3).
-- The app owns what its migrations make; btree_gist is a trusted extension and needs no more than CREATE on the database.
-- 600: what all pods may open (infra/README.md, step 4), and some for people.
CREATE ROLE pipeline_app LOGIN PASSWORD :'app_password' CONNECTION LIMIT 600;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE pipeline TO pipeline_app;

-- KEDA reads the backlog and nothing else.
CREATE ROLE pipeline_scaling LOGIN PASSWORD :'scaling_password' CONNECTION LIMIT 10;
GRANT CONNECT ON DATABASE pipeline TO pipeline_scaling;
ALTER ROLE pipeline_scaling SET default_transaction_read_only = on;
ALTER ROLE pipeline_scaling SET statement_timeout = '10s';
-- To make its schemas before it does, so that their tables are readable from the first one on.
GRANT pipeline_app TO CURRENT_USER;
SET ROLE pipeline_app;
CREATE SCHEMA IF NOT EXISTS pipeline;
CREATE SCHEMA IF NOT EXISTS localhost;
GRANT USAGE ON SCHEMA pipeline, localhost TO pipeline_scaling;
ALTER DEFAULT PRIVILEGES FOR ROLE pipeline_app IN SCHEMA pipeline GRANT SELECT ON TABLES TO pipeline_scaling;
ALTER DEFAULT PRIVILEGES FOR ROLE pipeline_app IN SCHEMA localhost GRANT SELECT ON TABLES TO pipeline_scaling;
