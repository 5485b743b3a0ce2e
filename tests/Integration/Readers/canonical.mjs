// One text for each kind of value, the same from every reader; null stays null.

const bits = new DataView(new ArrayBuffer(8));

/** A double by its bits in hex, so that both zeros differ; any NaN is "nan". */
export function double(value) {
  if (Number.isNaN(value)) return 'nan';
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16).padStart(16, '0');
}

/** An unscaled integer with its decimal point put back. */
export function decimal(unscaled, scale) {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Prints rows as JSON lines: one array of texts and nulls a row. */
export function print(rows) {
  const lines = [];
  for (const row of rows) lines.push(JSON.stringify(row), '\n');
  process.stdout.write(lines.join(''));
}
