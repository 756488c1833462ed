// An issuer in the shape of a Keycloak realm, which signs whatever a test asks for.
//
// It takes no options. The commands are the functions at the end.

import { randomUUID } from 'node:crypto';

import { exportJWK, generateKeyPair } from 'jose';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';

import { Endpoints } from './endpoints.mjs';
import { obey, say, setClock } from './lines.mjs';

const realm = '/realms/test';
const paths = {
  wellKnownDocument: '/.well-known/openid-configuration',
  jwks: '/protocol/openid-connect/certs',
  token: '/protocol/openid-connect/token',
  authorize: '/protocol/openid-connect/auth',
  userinfo: '/protocol/openid-connect/userinfo',
};
const endpoints = new Endpoints({
  discovery: realm + paths.wellKnownDocument,
  jwks: realm + paths.jwks,
});
const url = (await endpoints.listen()) + realm;
let issuer;
let signing;

// A realm publishes a key to encrypt to as well, and a client must not take it for one that signs.
async function encryptionKey() {
  const alg = 'RSA-OAEP';
  const { publicKey } = await generateKeyPair(alg);
  return { ...(await exportJWK(publicKey)), alg, use: 'enc', kid: 'encryption' };
}

async function rotate() {
  issuer = new OAuth2Issuer();
  issuer.url = url;
  signing = {};
  for (const alg of ['RS256', 'ES256']) {
    const key = await issuer.keys.generate(alg);
    key.use = 'sig';
    signing[alg] = key.kid;
  }
  const published = [await encryptionKey(), ...issuer.keys.toJSON()];
  issuer.keys.toJSON = () => published;
  const { requestHandler } = new OAuth2Service(issuer, paths);
  endpoints.serve((request, response) => {
    if (request.url.startsWith(realm)) request.url = request.url.slice(realm.length);
    requestHandler(request, response);
  });
}

// What Keycloak puts into an access token of a person without any role.
const usual = {
  aud: 'account',
  sub: '8b9c1f0e-6f0d-4d0e-9d0f-3a6f4a0f7c22',
  typ: 'Bearer',
  azp: 'sovereign',
  sid: '0d8f8a34-1b7e-4a52-8a39-2c1b7f6f1d33',
  acr: '1',
  realm_access: { roles: ['offline_access', 'uma_authorization', 'default-roles-test'] },
  resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
  scope: 'openid email profile',
  email_verified: true,
  name: 'Aisha Al Balushi',
  preferred_username: 'aisha',
  email: 'aisha@example.com',
};

function change(target, changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete target[name];
    else target[name] = value;
  }
}

await rotate();
say({ issuer: url });
await obey({
  ...endpoints.commands(),
  rotate,
  set_clock: setClock,
  // Claims and header fields instead of the usual ones: null removes one.
  token: ({ alg = 'RS256', claims = {}, header = {} }) =>
    issuer.buildToken({
      kid: signing[alg],
      scopesOrTransform: (usualHeader, payload) => {
        delete payload.nbf;
        Object.assign(payload, { jti: randomUUID() }, usual);
        change(payload, claims);
        change(usualHeader, header);
      },
    }),
});
