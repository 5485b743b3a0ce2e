import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js';
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
  const file = contents(path);
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

/** Column, row group, first row, offset, bytes, order, whether it is all null, nulls, least and greatest value of every data page. */
export function readIndex(path) {
  const file = contents(path);
  const metadata = parquetMetadata(file, { parsers: exact });
  const pages = [];
  for (const [group, { columns }] of metadata.row_groups.entries()) {
    for (const [i, column] of columns.entries()) {
      const places = readOffsetIndex(at(file, column.offset_index_offset, column.offset_index_length)).page_locations;
      const bounds = column.column_index_offset
        && readColumnIndex(at(file, column.column_index_offset, column.column_index_length), metadata.schema[i + 1], exact);
      for (const [page, place] of places.entries()) {
        const known = bounds ? [bounds.boundary_order, bounds.null_pages[page], bounds.null_counts[page],
          bounds.null_pages[page] ? null : bounds.min_values[page], bounds.null_pages[page] ? null : bounds.max_values[page]]
          : [null, null, null, null, null];
        const line = [metadata.schema[i + 1].name, group, place.first_row_index, place.offset, place.compressed_page_size, ...known];
        pages.push(line.map(value => value === null ? null : String(value)));
      }
    }
  }
  return pages;
}

function contents(path) {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

const at = (file, offset, length) => ({ view: new DataView(file, Number(offset), length), offset: 0 });

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
