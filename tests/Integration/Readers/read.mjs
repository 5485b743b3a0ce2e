// read.mjs duckdb|hyparquet|arrow FILE    every row of a Parquet file
// read.mjs index FILE                    one line for each data page of its page index
// read.mjs query < SQL                    the rows of the last of some DuckDB statements
import { readFileSync } from 'node:fs';
import { print } from './canonical.mjs';

const [reader, argument] = process.argv.slice(2);
switch (reader) {
  case 'duckdb': print(await (await import('./duckdb.mjs')).read(argument)); break;
  case 'query': print(await (await import('./duckdb.mjs')).query(readFileSync(0, 'utf8'))); break;
  case 'hyparquet': print(await (await import('./hyparquet.mjs')).read(argument)); break;
  case 'index': print((await import('./hyparquet.mjs')).readIndex(argument)); break;
  case 'arrow': print((await import('./arrow.mjs')).read(argument)); break;
  default:
    console.error(`No reader is named '${reader}'; use duckdb, hyparquet, arrow, index or query.`);
    process.exitCode = 2;
}
