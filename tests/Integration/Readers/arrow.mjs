import { readFileSync } from 'node:fs';
import { tableFromIPC, Type } from 'apache-arrow';
import { readParquet } from 'parquet-wasm/node';
import * as canonical from './canonical.mjs';

/** Reads by arrow-rs (parquet-wasm). */
export function read(path) {
  const table = tableFromIPC(readParquet(new Uint8Array(readFileSync(path))).intoIPCStream());
  const columns = table.schema.fields.map((field, i) => texts(table.getChildAt(i), field.type));
  return Array.from({ length: table.numRows }, (_, row) => columns.map(column => column[row]));
}

function texts(vector, type) {
  const values = [];
  for (const data of vector?.data ?? []) {
    for (let i = 0; i < data.length; i++) values.push(data.getValid(i) ? text(data, i, type) : null);
  }
  return values;
}

// The stored integers, not arrow's Date and number views of them, which lose digits.
function text(data, i, type) {
  switch (type.typeId) {
    case Type.Decimal: {
      const words = data.values.subarray(i * 4, i * 4 + 4);
      const unsigned = words.reduceRight((sum, word) => sum << 32n | BigInt(word), 0n);
      return canonical.decimal(BigInt.asIntN(128, unsigned), type.scale);
    }
    case Type.Timestamp:
    case Type.Date:
    case Type.Int:
      return data.values[i].toString();
    case Type.Float:
      return canonical.double(data.values[i]);
    case Type.Bool:
      return ((data.values[(data.offset + i) >> 3] >> ((data.offset + i) & 7)) & 1) === 1 ? 'true' : 'false';
    default:
      return utf8(data, i);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = (data, i) => decoder.decode(data.values.subarray(data.valueOffsets[i], data.valueOffsets[i + 1]));
