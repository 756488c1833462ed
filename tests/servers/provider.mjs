// An OpenID provider: the code flow, PKCE required. Its one form signs a person in and gives consent.
//
// Options: clients, as in OpenID Connect Dynamic Client Registration, and accounts, which are claims. The
// commands are the functions at the end; `id_token` makes ID tokens wrong.

import { randomBytes } from 'node:crypto';

import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

import { Endpoints } from './endpoints.mjs';
import { obey, options, say, setClock } from './lines.mjs';

const accounts = new Map(options.accounts.map((account) => [account.sub, account]));
const endpoints = new Endpoints({
  discovery: '/.well-known/openid-configuration',
  jwks: '/jwks',
  token: '/token',
  userinfo: '/me',
});
const issuer = await endpoints.listen();
const adapter = createMemoryAdapter();
const cookieKey = randomBytes(32).toString('hex');
let keys;
let wrong = { claims: {}, forged: false };

async function newKeys() {
  const algorithms = ['RS256', 'ES256'];
  return Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: randomBytes(8).toString('hex') };
    }),
  );
}

// A good ID token, as the test wants it to be wrong.
async function spoil(token) {
  const header = decodeProtectedHeader(token);
  const claims = { ...decodeJwt(token), ...wrong.claims };
  for (const [name, value] of Object.entries(claims)) if (value === null) delete claims[name];
  const key = wrong.forged
    ? (await generateKeyPair(header.alg)).privateKey
    : await importJWK(keys.find((one) => one.kid === header.kid));
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

async function finishInteraction(provider, request, response) {
  const { params, session } = await provider.interactionDetails(request, response);
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  if (form.get('answer') !== 'continue') {
    const refusal = { error: 'access_denied', error_description: 'the person said no' };
    await provider.interactionFinished(request, response, refusal);
    return;
  }
  const accountId = form.get('account') ?? session?.accountId;
  if (!accounts.has(accountId)) throw new Error(`no such account: ${accountId}`);
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

function showForm(response) {
  const choices = [...accounts.values()].map(({ sub, email }) => `<option value="${sub}">${email}`);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><title>Sign in</title><form method="post">
    <label>Account <select name="account">${choices.join('')}</select></label>
    <button name="answer" value="continue">Continue</button>
    <button name="answer" value="cancel">Cancel</button></form>`);
}

// A provider keeps its keys for good: another one, with the codes and sessions of the last, has new keys.
async function rotate() {
  keys = await newKeys();
  const provider = new Provider(issuer, {
    adapter,
    jwks: { keys },
    clients: options.clients,
    cookies: { keys: [cookieKey] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'picture', 'locale'],
    },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    findAccount: (_, sub) =>
      accounts.has(sub) ? { accountId: sub, claims: () => accounts.get(sub) } : undefined,
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
  });
  provider.use(async (ctx, next) => {
    await next();
    const isWrong = wrong.forged || Object.keys(wrong.claims).length > 0;
    if (isWrong && ctx.body?.id_token) ctx.body.id_token = await spoil(ctx.body.id_token);
  });
  const callback = provider.callback();
  endpoints.serve((request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      callback(request, response);
    } else if (request.method === 'POST') {
      finishInteraction(provider, request, response).catch((error) => {
        response.writeHead(400, { 'Content-Type': 'text/plain' }).end(`${error.stack}\n`);
      });
    } else {
      showForm(response);
    }
  });
}

await rotate();
say({ issuer });
await obey({
  ...endpoints.commands(),
  rotate,
  set_clock: setClock,
  // Adds an account, or changes the one with this `sub`.
  account: ({ account }) => {
    accounts.set(account.sub, account);
  },
  // Claims of every ID token from now on: null removes one. A forged token has an unknown key's signature.
  id_token: ({ claims = {}, forged = false }) => {
    wrong = { claims, forged };
  },
});
