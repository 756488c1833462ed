// Stripe's own package against the stand-in: creates and reads, pages through a list, verifies a webhook.
import assert from 'node:assert/strict'
import Stripe from 'stripe'

const { url, key, webhook, charge, charges } = JSON.parse(process.argv[2])
const { hostname, port } = new URL(url)
const stripe = new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false })

const customer = await stripe.customers.create({ email: 'layla@example.com', metadata: { order_id: '7' } })
const session = await stripe.checkout.sessions.create({
  mode: 'payment',
  success_url: 'https://a.example/paid',
  customer: customer.id,
  line_items: [
    { quantity: 2, price_data: { currency: 'omr', unit_amount: 1500, product_data: { name: 'Seat' } } }
  ],
  payment_intent_data: { setup_future_usage: 'off_session', metadata: { order_id: '7' } }
}, { idempotencyKey: 'session:7' })
const read = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items', 'customer'] })
assert.equal(read.amount_total, 3000)
assert.equal(read.line_items.data[0].description, 'Seat')
assert.equal(read.customer.email, 'layla@example.com')

const intent = await stripe.paymentIntents.create({ amount: 2500, currency: 'omr', customer: customer.id })
assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'requires_payment_method')
assert.equal((await stripe.paymentIntents.cancel(intent.id)).status, 'canceled')

let seen = 0
for await (const one of stripe.charges.list({ limit: 5 })) {
  assert.equal(one.object, 'charge')
  seen += 1
}
assert.equal(seen, charges)

const refund = await stripe.refunds.create({ charge, amount: 100, metadata: { order_id: '7' } })
assert.equal((await stripe.refunds.retrieve(refund.id)).amount, 100)
await assert.rejects(stripe.refunds.create({ charge, amount: 1_000_000 }), Stripe.errors.StripeInvalidRequestError)

// The test's clock is not this machine's.
const tolerance = 1e10
const event = stripe.webhooks.constructEvent(webhook.body, webhook.signature, webhook.secret, tolerance)
assert.equal(event.type, 'checkout.session.completed')
assert.throws(() => stripe.webhooks.constructEvent(webhook.body + ' ', webhook.signature, webhook.secret, tolerance))

console.log('done')
