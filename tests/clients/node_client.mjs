// A Node program that knows nothing of Mamori but its protos: submits a report over mTLS and follows it to the
// webhook, whose signature a library of its own verifies.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { Webhook } from 'standardwebhooks';

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = process.env.MAMORI_STATE;
const googleapis = '/usr/share/gocode/src/github.com/gogo/googleapis';

const definition = loader.loadSync(
  ['intake', 'triage', 'notification'].map((s) => `mamori/${s}/v1/${s}_service.proto`),
  { includeDirs: [path.join(root, 'proto'), googleapis], keepCase: true, enums: String, defaults: true });
const { mamori } = grpc.loadPackageDefinition(definition);
const pem = (name) => fs.readFileSync(path.join(state, 'tls', name));
const credentials = grpc.credentials.createSsl(pem('ca.pem'), pem('portal.key'), pem('portal.pem'));
const metadata = new grpc.Metadata();
const token = execFileSync(path.join(root, 'deploy/local/token'), ['desk2'], { encoding: 'utf8' }).trim();
metadata.set('authorization', `Bearer ${token}`);

function connect(Service, port) {
  const stub = new Service(`localhost:${port}`, credentials);
  return (method, request) => new Promise((resolve, reject) => {
    stub[method](request, metadata, { deadline: Date.now() + 10_000 }, (error, answer) =>
      error ? reject(error) : resolve(answer));
  });
}

const intake = connect(mamori.intake.v1.IntakeService, process.env.INTAKE_PORT);
const triage = connect(mamori.triage.v1.TriageService, process.env.TRIAGE_PORT);
const notification = connect(mamori.notification.v1.NotificationService, process.env.NOTIFICATION_PORT);

async function eventually(what, attempt, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await attempt().catch((error) => {
      if (error.code !== grpc.status.NOT_FOUND) throw error;
    });
    if (found) return found;
    assert.ok(Date.now() < end, `${what} did not happen in ${milliseconds} ms`);
    await sleep(50);
  }
}

const narrative = `お客様から二時間にわたり「お前は無能だ」「土下座しろ」と怒鳴られ続けました。 ${randomUUID()}`;
const request = {
  request_id: randomUUID(),
  report: {
    company: 'example-it', kind: 'REPORT_KIND_CUSTOMER_HARASSMENT', language: 'ja', narrative,
    actors: [{ organisation: 'Node Ltd', relation: 'ACTOR_RELATION_CUSTOMER' }], total_minutes: 120,
  },
};

// The road: report, case, deliveries.
const { name, statement } = await intake('SubmitReport', request);
assert.match(name, /^reports\/[0-9a-z]{26}$/);
assert.ok(statement.signature.length > 0, 'the answer is signed');
const again = await intake('SubmitReport', request);
assert.equal(again.name, name, 'the same request id gets the first answer');
assert.equal(again.statement, null, 'a statement is given once');
assert.equal((await intake('GetReport', { name })).narrative, narrative);
const opened = await eventually('a case', () => triage('GetCase', { name }));
assert.deepEqual(opened.reports, [name]);
assert.ok(opened.assessments[0].findings.length > 0, 'the assessment finds something');
for (const finding of opened.assessments[0].findings) {
  for (const { byte_start, byte_end } of finding.evidence) {
    const words = Buffer.from(narrative).subarray(byte_start, byte_end);
    assert.ok(words.length > 0 && !words.toString().includes('\ufffd'), 'evidence is whole characters');
  }
}
const deliveries = await eventually('all deliveries', async () => {
  const { deliveries } = await notification('ListDeliveries', { case_name: opened.name });
  return deliveries.length >= 2 && deliveries.every((d) => d.state === 'DELIVERY_STATE_SENT') && deliveries;
});
const channels = new Set(deliveries.map((d) => d.channel));
assert.ok(channels.has('DELIVERY_CHANNEL_MAIL') && channels.has('DELIVERY_CHANNEL_WEBHOOK'), [...channels].join());

// Errors carry what a program switches on.
const bad = await intake('SubmitReport', { request_id: 'x', report: {} }).catch((error) => error);
assert.equal(bad.code, grpc.status.INVALID_ARGUMENT);
assert.ok(bad.metadata.get('grpc-status-details-bin').length === 1, 'google.rpc details are there');

// Every webhook so far verifies with the endpoint's secret, and none does when a byte has changed.
const { secret } = JSON.parse(fs.readFileSync(path.join(state, 'webhook', 'endpoint.json')));
const receiver = new Webhook(secret);
const received = fs.readFileSync(path.join(state, 'webhook', 'requests.jsonl'), 'utf8').trim().split('\n').map(JSON.parse);
const ids = new Set();
for (const { headers, body_base64 } of received) {
  const body = Buffer.from(body_base64, 'base64').toString();
  const event = receiver.verify(body, headers);
  assert.equal(event.specversion, '1.0');
  assert.equal(headers['content-type'].split(';')[0], 'application/cloudevents+json');
  for (const secretText of [narrative, 'Node Ltd', '無能']) assert.ok(!body.includes(secretText), 'no content leaves');
  assert.throws(() => receiver.verify(`${body} `, headers));
  assert.throws(() => receiver.verify(body, { ...headers, 'webhook-id': 'another' }));
  ids.add(headers['webhook-id']);
}
const wanted = deliveries.filter((d) => d.channel === 'DELIVERY_CHANNEL_WEBHOOK').map((d) => d.name.split('/')[1]);
assert.ok(wanted.every((id) => [...ids].some((seen) => seen.includes(id))), 'the webhook-id is the delivery id');
console.log(`${name} → ${opened.name} (${opened.severity}) → ${deliveries.length} deliveries, ${received.length} webhooks verified`);
process.exit(0);
