// Measures once:  node duckdb.mjs decode|transform THREADS NDJSON LAKE,  node duckdb.mjs csv|parquet THREADS FILE LAKE
// Compares:  node duckdb.mjs compare LAKE LAKE,  node duckdb.mjs sums user-actions NDJSON,  node duckdb.mjs sums csv|parquet FILE
// Prints one line of JSON.
import fs from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [task, ...rest] = process.argv.slice(2);
const columnsOf = {
  userActions: { event_datetime: 'time', event_date: 'day', event_name: 'text', user_id: 'text', platform: 'text', product_name: 'text', SKU: 'text' },
  csv: {
    click_id: 'text', clicked_at: 'time', user_id: 'text', campaign_id: 'number', creative: 'text', landing_page: 'text', country: 'text',
    cost: 'decimal4', is_billed: 'number',
  },
  parquet: {
    text: 'text', word: 'text', json: 'text', number: 'number', real: 'real', flag: 'number', amount: 'decimal4', wide: 'decimal9', time: 'time', day: 'day',
  },
};
const sumOf = {
  text: name => `sum(strlen("${name}"))`,
  number: name => `sum(CAST("${name}" AS HUGEINT))`,
  real: name => `sum(CAST(floor("${name}" * 1e6) AS HUGEINT))`,
  decimal4: name => `CAST(sum("${name}") * 10000 AS HUGEINT)`,
  decimal9: name => `CAST(sum("${name}") * 1000000000 AS HUGEINT)`,
  time: name => `sum(epoch_us("${name}"))`,
  day: name => `sum(CAST(epoch("${name}") AS HUGEINT) // 86400)`,
};
const sumsOf = columns => Object.entries(columns).map(([name, kind]) => sumOf[kind](name)).join(', ');
const print = answer => console.log(JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));

if (task === 'compare') await compare(...rest);
else if (task === 'sums') await sums(...rest);
else await measure(task, ...rest);

async function measure(task, threads, input, lake) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
  await connection.run('SET preserve_insertion_order=false');
  fs.rmSync(lake, { recursive: true, force: true });
  fs.mkdirSync(lake, { recursive: true });
  if (task === 'parquet') await connection.run(`CREATE TABLE columns AS SELECT * FROM read_parquet('${input}')`);
  const statement = {
    decode: `SELECT ${sumsOf(columnsOf.userActions)} FROM (${userActions(input)})`,
    csv: `SELECT ${sumsOf(columnsOf.csv)} FROM (${clicks(input)})`,
    transform: `COPY (${userActions(input)}) TO '${lake}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (event_date, event_name), OVERWRITE_OR_IGNORE)`,
    parquet: `COPY columns TO '${path.join(lake, 'columns.parquet')}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 200000)`,
  }[task];

  const [began, cpuBefore] = [process.hrtime.bigint(), process.cpuUsage()];
  await connection.run(statement);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  print({ seconds, cpu_seconds: (cpu.user + cpu.system) / 1e6, peak_rss_mb: peakRssMb(), output_mb: bytesIn(lake) / 1e6 });
}

function userActions(input) {
  return `SELECT timestamp AS event_datetime, CAST(timestamp AS DATE) AS event_date, event_name, user_identifiers.id AS user_id,
      user_identifiers.platform AS platform, product_information.name AS product_name, product_information."SKU" AS "SKU"
    FROM read_ndjson('${input}', columns={timestamp:'TIMESTAMP', event_name:'VARCHAR',
      user_identifiers:'STRUCT(platform VARCHAR, id VARCHAR)', product_information:'STRUCT(name VARCHAR, "SKU" VARCHAR)'})`;
}

function clicks(input) {
  return `SELECT * FROM read_csv('${input}', header=true, auto_detect=false, delim=',', quote='"', escape='"', columns={click_id:'VARCHAR',
    clicked_at:'TIMESTAMP', user_id:'VARCHAR', campaign_id:'BIGINT', creative:'VARCHAR', landing_page:'VARCHAR', country:'VARCHAR',
    cost:'DECIMAL(12,4)', is_billed:'BOOLEAN'})`;
}

// One number for each column; ColumnSums.cs says which.
async function sums(what, input) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const [columns, rows] = {
    'user-actions': [columnsOf.userActions, userActions(input)],
    csv: [columnsOf.csv, clicks(input)],
    parquet: [columnsOf.parquet, `SELECT * FROM read_parquet('${input}')`],
  }[what];
  const answer = await connection.runAndReadAll(`SELECT concat_ws(' ', ${sumsOf(columns)}) AS sums FROM (${rows})`);
  print(answer.getRowObjects()[0]);
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

// The kernel's high-water mark of this program, as Measurement.cs reads its own; resourceUsage().maxRSS would count the parent's too.
function peakRssMb() {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024 / 1e6;
}
