import { DuckDBDateValue, DuckDBDecimalValue, DuckDBInstance, DuckDBTimestampTZValue, DuckDBTimestampValue } from '@duckdb/node-api';
import * as canonical from './canonical.mjs';

/** Runs statements one after the other and returns the last one's rows in canonical texts. */
export async function query(sql) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const statements = await connection.extractStatements(sql);
  let result;
  for (let i = 0; i < statements.count; i++) result = await (await statements.prepare(i)).run();
  return (await result.getRows()).map(row => row.map(text));
}

export const read = file => query(`SELECT * FROM read_parquet('${file.replaceAll("'", "''")}')`);

function text(value) {
  if (value === null) return null;
  if (typeof value === 'number') return canonical.double(value);
  if (value instanceof DuckDBDecimalValue) return canonical.decimal(value.value, value.scale);
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return value.micros.toString();
  if (value instanceof DuckDBDateValue) return value.days.toString();
  return value.toString();      // text, bool, bigint, blob
}
