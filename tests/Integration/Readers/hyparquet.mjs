import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as canonical from './canonical.mjs';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const exact = {
  timestampFromMicroseconds: micros => micros.toString(),
  dateFromDays: days => days.toString(),
  stringFromBytes: bytes => bytes && decoder.decode(bytes),
  jsonFromBytes: bytes => bytes && decoder.decode(bytes),
};

export async function read(path) {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const metadata = parquetMetadata(file, { parsers: exact });
  const leaves = metadata.schema.slice(1);
  const scales = new Map();
  for (const leaf of leaves.filter(each => each.converted_type === 'DECIMAL')) {
    // Its own conversion makes doubles of decimals: take the stored integers instead.
    scales.set(leaf.name, leaf.scale ?? 0);
    delete leaf.converted_type;
    delete leaf.logical_type;
  }

  const rows = await parquetReadObjects({ file, metadata, compressors, parsers: exact });
  return rows.map(row => leaves.map(leaf => text(row[leaf.name], scales.get(leaf.name))));
}

function text(value, scale) {
  if (value === null || value === undefined) return null;
  if (scale !== undefined) return canonical.decimal(value instanceof Uint8Array ? bigEndian(value) : BigInt(value), scale);
  if (typeof value === 'number') return canonical.double(value);
  return value.toString();
}

function bigEndian(bytes) {
  const unsigned = bytes.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
  return BigInt.asIntN(bytes.length * 8, unsigned);
}
