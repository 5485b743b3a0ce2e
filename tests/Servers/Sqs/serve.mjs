// An SQS for tests: fauxqs behind a small proxy that loses some deletions, as SQS may: the message comes again.
// node serve.mjs SHARE [PORT]: prints its address, and runs until its standard input ends.
import http from "node:http";
import { startFauxqs } from "fauxqs";

const share = Number(process.argv[2] ?? 0);
const sqs = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
const agent = new http.Agent({ keepAlive: true });

let state = 20261121;
const random = () => {
  state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
};

const ask = (headers, body) => new Promise((resolve, reject) => {
  const request = http.request({ host: "127.0.0.1", port: sqs.port, method: "POST", path: "/", agent,
    headers: { ...headers, "content-length": Buffer.byteLength(body) } }, (response) => {
    const parts = [];
    response.on("data", (part) => parts.push(part));
    response.on("end", () => resolve({ status: response.statusCode, type: response.headers["content-type"], body: Buffer.concat(parts) }));
  });
  request.on("error", reject);
  request.end(body);
});

// The caller is told that all were deleted; the lost ones are visible again at once.
const deleteSome = async (headers, body) => {
  const asked = JSON.parse(body);
  const lost = asked.Entries.filter(() => random() < share);
  const kept = asked.Entries.filter((entry) => !lost.includes(entry));
  if (lost.length > 0) {
    const shown = { QueueUrl: asked.QueueUrl, Entries: lost.map((entry) => ({ ...entry, VisibilityTimeout: 0 })) };
    await ask({ ...headers, "x-amz-target": "AmazonSQS.ChangeMessageVisibilityBatch" }, JSON.stringify(shown));
  }
  if (kept.length > 0) await ask(headers, JSON.stringify({ ...asked, Entries: kept }));
  const answer = { Successful: asked.Entries.map(({ Id }) => ({ Id })), Failed: [] };
  return { status: 200, type: "application/x-amz-json-1.0", body: Buffer.from(JSON.stringify(answer)) };
};

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const body = Buffer.concat(parts).toString();
    const { "content-type": type, "x-amz-target": target, authorization } = request.headers;
    const headers = { "content-type": type, "x-amz-target": target, authorization: authorization ?? "" };
    try {
      const loses = share > 0 && target === "AmazonSQS.DeleteMessageBatch";
      const answer = await (loses ? deleteSome : ask)(headers, body);
      response.writeHead(answer.status, { "content-type": answer.type ?? "text/plain" });
      response.end(answer.body);
    } catch (error) {
      response.writeHead(500);
      response.end(String(error));
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
