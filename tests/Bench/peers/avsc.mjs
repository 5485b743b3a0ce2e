// Decodes a container file to values, once to warm up and then measured:  node avsc.mjs measure FILE
// Adds up what its requests for bids hold:  node avsc.mjs sums FILE
// Prints one line of JSON.
import avsc from 'avsc';
import fs from 'node:fs';

const [task, file] = process.argv.slice(2);

const decode = (each) => new Promise((resolve, reject) => {
  const decoder = new avsc.streams.BlockDecoder({ parseHook: schema => avsc.Type.forSchema(schema, { wrapUnions: false }) });
  decoder.on('data', each).on('error', reject).on('end', resolve);
  fs.createReadStream(file, { highWaterMark: 1 << 20 }).pipe(decoder);
});

if (task === 'measure') {
  await decode(() => {});
  const [began, before] = [process.hrtime.bigint(), process.cpuUsage()];
  await decode(() => {});
  const [seconds, cpu] = [Number(process.hrtime.bigint() - began) / 1e9, process.cpuUsage(before)];
  console.log(JSON.stringify({ seconds, cpu_seconds: (cpu.user + cpu.system) / 1e6, peak_rss_mb: process.resourceUsage().maxRSS / 1024 }));
} else {
  const bytes = text => Buffer.byteLength(text ?? '');
  const unscaled = buffer => (buffer.length === 0 ? 0n : BigInt.asIntN(8 * buffer.length, BigInt('0x' + buffer.toString('hex'))));
  const sums = new Array(9).fill(0n);
  await decode(request => {
    for (const imp of request.imp) {
      [bytes(request.id), bytes(imp.id), request.timestamp * 1000, bytes(request.user?.id), bytes(request.device?.geo?.country),
        bytes(request.device?.devicetype), bytes(request.site?.domain), unscaled(imp.bidfloor), imp.banner?.w ?? 0,
      ].forEach((value, i) => { sums[i] += BigInt(value); });
    }
  });
  console.log(JSON.stringify({ sums: sums.join(' ') }));
}
