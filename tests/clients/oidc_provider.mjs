// A real OpenID Connect provider issues access tokens for a real service binary: discovery of new keys, withdrawal,
// made-up key ids, and an outage. The provider knows nothing of Mamori but the audience and two claims.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPrivateKey, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { Provider } from 'oidc-provider';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tls = path.join(process.env.MAMORI_STATE, 'tls');
const pem = (name) => fs.readFileSync(path.join(tls, name));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'mamori-oidc-'));
const AUDIENCE = 'https://mamori.example';
const kid = (jwk) => ({ ...jwk, kid: randomUUID(), use: 'sig', alg: 'RS256' });
const newKey = () => kid(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }));

// The provider behind one address; with other keys it is another instance, as after a restart.
let provider;
let away = false;
let fetches = 0;
const server = https.createServer({ key: pem('mail.key'), cert: pem('mail.pem') }, (request, response) => {
  if (request.url === '/jwks') fetches += 1;
  if (away) return response.destroy();
  return provider.callback()(request, response);
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
const issuer = `https://localhost:${server.address().port}`;

function useKeys(...keys) {
  provider = new Provider(issuer, {
    jwks: { keys },
    clients: [{
      client_id: 'desk-member', client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [],
      response_types: [],
    }],
    scopes: ['case'],
    extraTokenClaims: () => ({ tenant: 'example-group', roles: ['desk'], department: 'Compliance' }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'case', audience: AUDIENCE, accessTokenFormat: 'jwt', accessTokenTTL: 300,
          jwt: { sign: { alg: 'RS256', kid: keys[0].kid } },
        }),
      },
    },
  });
}

function newToken() {
  return new Promise((resolve, reject) => {
    const request = https.request(`${issuer}/token`, {
      method: 'POST', ca: pem('ca.pem'), auth: 'desk-member:secret',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => (response.statusCode === 200
        ? resolve(JSON.parse(text).access_token) : reject(new Error(`${response.statusCode} ${text}`))));
    });
    request.on('error', reject);
    request.end(`grant_type=client_credentials&resource=${encodeURIComponent(AUDIENCE)}&scope=case`);
  });
}

// The service: all of a service binary but its database.
fs.writeFileSync(path.join(work, 'people.textproto'), `
audience: "${AUDIENCE}"
issuers {
  name: "company" issuer: "${issuer}" jwks_url: "${issuer}/jwks" jwks_ca_file: "${tls}/ca.pem"
  tenants: "example-group" tenant_claim: "tenant"
  refresh_interval { seconds: 3 } min_fetch_interval { seconds: 1 }
}`);
fs.writeFileSync(path.join(work, 'authorization.textproto'), `
methods { method: "/mamori.intake.v1.IntakeService/ListReports"
          callers { id: "spiffe://mamori.internal/app/portal" person: PERSON_RULE_REQUIRED } }
applications { id: "spiffe://mamori.internal/app/portal" tenants: "example-group" }`);
fs.writeFileSync(path.join(work, 'config.textproto'), `
server {
  listen: "127.0.0.1:0" port_file: "${work}/port"
  tls { cert_file: "${tls}/intake.pem" key_file: "${tls}/intake.key" ca_file: "${tls}/ca.pem" }
  authorization_file: "${work}/authorization.textproto" people_file: "${work}/people.textproto"
}
database { user: "none" }`);
const first = newKey();
const second = newKey();
useKeys(first);
const service = spawn(process.env.MAMORI_TEST_SERVICE, ['--config', path.join(work, 'config.textproto')],
  { stdio: ['ignore', 'ignore', fs.openSync(path.join(work, 'log'), 'w')] });
process.on('exit', (code) => {
  service.kill('SIGKILL');
  if (code !== 0) console.error(fs.readFileSync(path.join(work, 'log'), 'utf8').split('\n').slice(-20).join('\n'));
  fs.rmSync(work, { recursive: true, force: true });
});
const end = Date.now() + 20_000;
while (!fs.existsSync(path.join(work, 'port'))) {
  assert.ok(Date.now() < end && service.exitCode === null, 'the service starts');
  await sleep(20);
}

const definition = loader.loadSync('mamori/intake/v1/intake_service.proto', {
  includeDirs: [path.join(root, 'proto'), '/usr/share/gocode/src/github.com/gogo/googleapis'], keepCase: true });
const { IntakeService } = grpc.loadPackageDefinition(definition).mamori.intake.v1;
const stub = new IntakeService(`localhost:${fs.readFileSync(path.join(work, 'port'), 'utf8').trim()}`,
  grpc.credentials.createSsl(pem('ca.pem'), pem('portal.key'), pem('portal.pem')));
function codeWith(token) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve) => {
    stub.ListReports({}, metadata, { deadline: Date.now() + 5_000 }, (error) => resolve(error ? error.code : 0));
  });
}
const { OK, UNAUTHENTICATED, UNAVAILABLE } = grpc.status;
async function becomes(token, code, milliseconds, what) {
  const limit = Date.now() + milliseconds;
  for (let got; (got = await codeWith(token)) !== code; await sleep(100)) {
    assert.ok(Date.now() < limit, `${what}: code ${got} after ${milliseconds} ms, want ${code}`);
  }
}

// A token of the provider is believed; its opaque tokens and none at all are not.
const old = await newToken();
assert.equal(await codeWith(old), OK);
assert.equal(await codeWith(undefined), UNAUTHENTICATED);
assert.equal(await codeWith('0pAqUe-token'), UNAUTHENTICATED);

// Rotation: the new key is learnt from the first token that it signed, the old one goes on.
useKeys(second, first);
const renewed = await newToken();
assert.ok([OK, UNAVAILABLE].includes(await codeWith(renewed)), 'never refused for good');
await becomes(renewed, OK, 3_000, 'a token of the new key');
assert.equal(await codeWith(old), OK);

// Withdrawal: a token that was believed a moment ago is not any more.
useKeys(second);
await becomes(old, UNAUTHENTICATED, 6_000, 'a token of a withdrawn key');
assert.equal(await codeWith(renewed), OK);

// Made-up key ids: signed by someone else's key, they cause one fetch a second and no more.
const forger = createPrivateKey({ key: newKey(), format: 'jwk' });
const forged = () => {
  const [, claims] = renewed.split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: randomUUID() })).toString('base64url');
  const text = `${header}.${claims}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(forger).toString('base64url')}`;
};
const before = fetches;
const began = Date.now();
for (let i = 0; i < 300; i += 1) {
  const code = await codeWith(forged());
  assert.ok(code === UNAVAILABLE || code === UNAUTHENTICATED, `a forged token: code ${code}`);
}
const allowed = Math.ceil((Date.now() - began) / 1000) + 1;
assert.ok(fetches - before <= allowed, `${fetches - before} fetches, want ${allowed} at most`);
const again = forged();
await becomes(again, UNAUTHENTICATED, 6_000, 'a forged token that comes again');

// Outage: who was believed goes on, within the five minutes that keys are used; the service comes back by itself.
away = true;
await sleep(4_000);
assert.equal(await codeWith(renewed), OK);
away = false;
useKeys(first, second);
await becomes(await newToken(), OK, 10_000, 'a token after the outage');
console.log(`one provider, two keys, ${fetches} fetches of its keys`);
process.exit(0);
