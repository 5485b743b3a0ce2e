// node duckdb.mjs decode|transform THREADS NDJSON LAKE  measures once, or  node duckdb.mjs compare LAKE LAKE;  prints one line of JSON.
import fs from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [task, ...rest] = process.argv.slice(2);
const print = answer => console.log(JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));

if (task === 'compare') await compare(...rest);
else await measure(task, ...rest);

async function measure(task, threads, input, lake) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
  await connection.run('SET preserve_insertion_order=false');
  fs.rmSync(lake, { recursive: true, force: true });
  const rows = `SELECT timestamp AS event_datetime, CAST(timestamp AS DATE) AS event_date, event_name, user_identifiers.id AS user_id,
      user_identifiers.platform AS platform, product_information.name AS product_name, product_information."SKU" AS "SKU"
    FROM read_ndjson('${input}', columns={timestamp:'TIMESTAMP', event_name:'VARCHAR',
      user_identifiers:'STRUCT(platform VARCHAR, id VARCHAR)', product_information:'STRUCT(name VARCHAR, "SKU" VARCHAR)'})`;
  const statement = task === 'transform'
    ? `COPY (${rows}) TO '${lake}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_date, event_name), OVERWRITE_OR_IGNORE)`
    : `SELECT max(event_datetime), max(event_date), max(length(event_name)), max(length(user_id)), max(length(platform)),
         max(length(product_name)), max(length("SKU")) FROM (${rows})`;

  const [began, cpuBefore] = [process.hrtime.bigint(), process.cpuUsage()];
  await connection.run(statement);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  print({
    seconds, cpu_seconds: (cpu.user + cpu.system) / 1e6, peak_rss_mb: process.resourceUsage().maxRSS * 1024 / 1e6, output_mb: bytesIn(lake) / 1e6,
  });
}

async function compare(ours, peers) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const columns = 'event_datetime, CAST(event_date AS DATE), event_name, user_id, platform, product_name, "SKU"';
  const rows = lake => `SELECT ${columns} FROM read_parquet('${lake}/**/*.parquet', hive_partitioning=true)`;
  const text = lake => rows(lake).replace('event_datetime', 'CAST(epoch_us(event_datetime) AS BIGINT)');
  const answer = await connection.runAndReadAll(`SELECT (SELECT count(*) FROM (${rows(ours)})) AS ours,
    (SELECT count(*) FROM (${rows(peers)})) AS peers,
    (SELECT count(*) FROM (${text(ours)} EXCEPT ALL ${text(peers)})) + (SELECT count(*) FROM (${text(peers)} EXCEPT ALL ${text(ours)})) AS different`);
  print(answer.getRowObjects()[0]);
}

function bytesIn(folder) {
  if (!fs.existsSync(folder)) return 0;
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    .reduce((bytes, entry) => bytes + fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
