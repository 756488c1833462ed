// What any Sovereign must answer alike, and a customer's first order, through a client whose types are
// generated from docs/openapi.json. Prints a line a step; throws at the first that differs.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { env: Record<string, string | undefined> };

type Problem = components["schemas"]["Problem"];

const base = setting("SOV");
const anyone = createClient<paths>({ baseUrl: base });
const issuer = as(setting("ISSUER"));
const customer = as(setting("CUSTOMER"));

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

function as(token: string) {
  return createClient<paths>({ baseUrl: base, headers: { Authorization: `Bearer ${token}` } });
}

function same<T>(step: string, came: T, expected: T): void {
  const [a, b] = [JSON.stringify(came), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${step}: ${a} came, not ${b}`);
}

// The answer of a step that went well.
function ok<T>(step: string, result: { data?: T; error?: unknown; response: Response }): T {
  if (result.data === undefined) {
    throw new Error(`${step}: ${result.response.status} ${JSON.stringify(result.error)}`);
  }
  console.log(step);
  return result.data;
}

// The four questions of the smoke test.
const listed = ok("list", await issuer.GET("/billing/vouchers/list"));
same("list", listed, []);

const issued = ok("issue", await issuer.POST("/billing/vouchers/issue", {
  body: { code: "SMOKE-TEST", credit_omr: 10, description: "smoke", active: true, max_redemptions: 1 },
}));
same("issue", [issued.code, issued.credit_omr, issued.credit_minor], ["SMOKE-TEST", 10, 10_000]);
const created: string = issued.created_at;
same("created_at", Number.isNaN(Date.parse(created)), false);

const preview = ok("preview", await anyone.POST("/billing/vouchers/redeem-preview", {
  body: { code: "smoke-test" },
}));
same("preview", [preview.code, preview.credit_omr, preview.active, preview.accepting_redemptions],
  ["SMOKE-TEST", 10, true, true]);
// @ts-expect-error A preview tells no counter.
same("no counter", preview.times_redeemed, undefined);

const revoked = ok("revoke", await issuer.DELETE("/billing/vouchers/revoke/{code}", {
  params: { path: { code: "SMOKE-TEST" } },
}));
same("revoke", revoked, { ok: true });

// A customer's first order, with a voucher.
const campaign = await issuer.POST("/billing/vouchers/issue", {
  body: { code: "MUSCAT-200", credit_omr: 200 },
});
same("campaign", campaign.data?.max_redemptions, 0);

const organization = ok("organization", await customer.POST("/tenant/orgs", {
  body: { slug: "kestrel-pharmacy", name: "Kestrel Pharmacy", plan_id: "m" },
}));
const status: "provisioning" | "active" | "suspended" | "deleted" = organization.status;
same("organization", status, "provisioning");

const order = {
  headers: { "Idempotency-Key": "first-order" },
  body: {
    plan_id: organization.plan_id,
    tenant_id: organization.id,
    promo_code: "MUSCAT-200",
    promo_value_minor: 200_000,
  },
};
const ordered = ok("checkout", await customer.POST("/billing/checkout", {
  params: { header: order.headers },
  body: order.body,
}));
// Plan M costs 9 a month.
same("checkout", [ordered.paid_by_credit, ordered.credit_balance_minor, ordered.currency],
  [true, 191_000, "OMR"]);
const again = await customer.POST("/billing/checkout", {
  params: { header: order.headers },
  body: order.body,
});
same("retry", again.data, ordered);
same("retry", again.response.headers.get("Idempotency-Replayed"), "true");

const balance = ok("balance", await customer.GET("/billing/balance", {
  params: { query: { tenant_id: organization.id, limit: 2 } },
}));
same("balance", [balance.credit_omr, balance.credit_baisa, balance.wallets[0]?.held_minor],
  [191, 191_000, 0]);
same("entries", balance.entries.map((entry) => entry.amount_baisa).sort((a, b) => a - b),
  [-9_000, 200_000]);

// What is refused has a type as well.
const refused = await customer.POST("/billing/vouchers/redeem", {
  body: { tenant_id: organization.id, code: "NEVER-ISSUED" },
});
const problem: Problem | undefined = refused.error;
same("refusal", [problem?.status, problem?.code, problem?.field], [400, "voucher_unknown", "code"]);
console.log("refusal");

// Wrong requests do not compile. None of these is ever sent.
export const wrong = () => [
  // @ts-expect-error The code is missing.
  issuer.POST("/billing/vouchers/issue", { body: { credit_omr: 10 } }),
  // @ts-expect-error Credit is a number.
  issuer.POST("/billing/vouchers/issue", { body: { code: "TEN", credit_omr: "10" } }),
  // @ts-expect-error There is no such route.
  anyone.GET("/billing/vouchers/preview"),
  // @ts-expect-error An owner cannot be assigned.
  customer.POST("/tenant/orgs/{id}/members", { params: { path: { id: "" } }, body: { email: "", role: "owner" } }),
];
