// Writes requests for bids by avsc:  node write.mjs file SCHEMA CODEC OUT,  node write.mjs messages SCHEMA ID
// Prints a line of JSON for each row they hold; of messages first each message in Base64.
import avsc from 'avsc';
import fs from 'node:fs';

const [task, schemaFile, codecOrId, out] = process.argv.slice(2);
const type = avsc.Type.forSchema(JSON.parse(fs.readFileSync(schemaFile, 'utf8')), { wrapUnions: false });

let state = 11;
const next = below => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
const maybe = value => (next(3) === 0 ? null : value);
const decimal = unscaled => { const bytes = Buffer.alloc(4); bytes.writeInt32BE(unscaled); return bytes; };

const requests = Array.from({ length: 500 }, (_, i) => ({
  id: `req-${i}-grün"\\`,
  timestamp: 1_790_000_000_000 + next(1e9),
  imp: Array.from({ length: next(4) }, (_, slot) => ({
    id: `${slot}`, banner: maybe({ w: maybe(next(2000)), h: 250, pos: null }), tagid: maybe('tag'), bidfloor: decimal(next(9e6) - 4_000_000),
    bidfloorcur: 'EUR', secure: maybe(true), ext: { k: 'v'.repeat(next(90)) },
  })),
  site: maybe({ id: maybe('1'), domain: `site-${next(50)}.example.com`, page: null, cat: ['IAB1', 'IAB2'], publisher: maybe({ id: 'pub', name: null }) }),
  app: null,
  device: maybe({ ua: 'agent', ip: null, geo: maybe({ country: 'DEU', region: null, city: 'Köln', lat: 50.94, lon: maybe(6.96) }), devicetype: 'PHONE', os: null }),
  user: maybe({ id: maybe(`user-${next(100)}`), data: [{ id: 'p', segment: [{ id: 's', value: maybe('0.5') }] }] }),
  at: next(3), tmax: maybe(120), cur: ['EUR'], ext: {},
}));

if (task === 'file') {
  const encoder = avsc.createFileEncoder(out, type, { codec: codecOrId, blockSize: 4096 });
  for (const request of requests) encoder.write(request);
  encoder.end();
  await new Promise((resolve, reject) => encoder.on('finish', resolve).on('error', reject));
} else {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(Number(codecOrId), 1);
  for (const request of requests) console.log(JSON.stringify(Buffer.concat([head, type.toBuffer(request)]).toString('base64')));
}
for (const request of requests)
  for (const imp of request.imp)
    console.log(JSON.stringify([request.id, imp.id, request.timestamp * 1000, request.user?.id ?? null, request.device?.geo?.country ?? null,
      request.device?.devicetype ?? null, request.site?.domain ?? null, request.site?.publisher?.id ?? null, request.at, imp.bidfloor.readInt32BE(),
      imp.banner?.w ?? null].map(value => (value === null ? null : String(value)))));
