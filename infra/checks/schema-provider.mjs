#!/usr/bin/env node
// A Terraform provider that has the schema of the real one and does nothing: enough for `terraform validate` and for tests with
// mock_provider, where no provider can be downloaded. Protocol: github.com/hashicorp/terraform docs/plugin-protocol/tfplugin5.proto
// and github.com/hashicorp/go-plugin (the handshake on standard output, TLS with a certificate made for this one run).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const name = process.argv[2];
const schemas = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', 'schemas', 'terraform.json')))[name];

// Protocol buffers, as far as the answers need them.
const varint = value => {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
};
const bytes = (field, value) => Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
const text = (field, value) => bytes(field, Buffer.from(value));
const number = (field, value) => (value ? Buffer.concat([varint(field << 3), varint(value)]) : Buffer.alloc(0));

const NESTING = { single: 1, list: 2, set: 3 };
const attribute = ([key, fact]) => bytes(2, Buffer.concat([
  text(1, key), text(2, JSON.stringify(fact.type)), number(4, +!!fact.required), number(5, +!!fact.optional), number(6, +!!fact.computed),
  number(10, +!!fact.write_only),
]));
const nested = ([key, fact]) => bytes(3, Buffer.concat([
  text(1, key), bytes(2, block(fact.block)), number(3, NESTING[fact.nesting]), number(4, fact.nesting === 'single' ? 0 : fact.min),
  number(5, fact.nesting === 'single' ? 0 : fact.max),
]));
const block = fact => Buffer.concat([...Object.entries(fact.attributes).map(attribute), ...Object.entries(fact.blocks).map(nested)]);
const schema = fact => bytes(2, block(fact));
const entry = field => ([key, fact]) => bytes(field, Buffer.concat([text(1, key), bytes(2, schema(fact))]));

const answers = {
  GetSchema: () => Buffer.concat([
    bytes(1, schema(schemas.provider)), ...Object.entries(schemas.resources).map(entry(2)), ...Object.entries(schemas.data).map(entry(3)),
  ]),
  // The configuration comes back as it came: field 1 in the request and in the answer.
  PrepareProviderConfig: request => request,
};
const EMPTY = new Set(['ValidateResourceTypeConfig', 'ValidateDataSourceConfig', 'Configure', 'Stop']);

const folder = mkdtempSync(join(tmpdir(), 'schema-provider-'));
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
  '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-addext', 'keyUsage=critical,digitalSignature,keyCertSign',
  '-addext', 'extendedKeyUsage=serverAuth,clientAuth', '-keyout', join(folder, 'key'), '-out', join(folder, 'certificate'),
], { stdio: 'ignore' });
const [key, cert] = ['key', 'certificate'].map(file => readFileSync(join(folder, file), 'utf8'));
rmSync(folder, { recursive: true });

const server = http2.createSecureServer({ key, cert });
server.on('stream', (stream, headers) => {
  const parts = [];
  const method = headers[':path'].split('/').pop();
  stream.on('data', part => parts.push(part));
  stream.on('error', () => stream.close());
  stream.on('end', () => {
    const known = headers[':path'].startsWith('/tfplugin5.Provider/') && (method in answers || EMPTY.has(method));
    const body = known ? (answers[method]?.(Buffer.concat(parts).subarray(5)) ?? Buffer.alloc(0)) : null;
    const UNIMPLEMENTED = '12';
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': known ? '0' : UNIMPLEMENTED }));
    if (body === null) return stream.end();
    const length = Buffer.alloc(5);
    length.writeUInt32BE(body.length, 1);
    stream.end(Buffer.concat([length, body]));
    if (headers[':path'].endsWith('/Shutdown')) process.exit(0);
  });
});
server.listen(0, '127.0.0.1', () => {
  const der = cert.replace(/-----[^-]+-----|\s/g, '').replace(/=+$/, '');
  process.stdout.write(`1|5|tcp|127.0.0.1:${server.address().port}|grpc|${der}\n`);
});
process.on('SIGINT', () => process.exit(0));
// Terraform ends its plugins; one whose Terraform was killed ends itself.
setTimeout(() => process.exit(0), 600_000);
