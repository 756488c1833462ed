// Derives what Stripe's API takes and answers from the types of the official npm package, for the calls
// and objects below, and prints it as JSON. Made into a file by
//
//     scripts/stripe-api > tests/stripe/api.json
//
// A type is a word ("string", "integer", "number", "boolean", "decimal", "any", "null") or one of
//   { enum: [...] }      one of these strings
//   { array: T }, { map: T } (by string), { list: T } (Stripe's list object)
//   { union: [T, ...] }
//   { ref: NAME }        an entry of `types`: its members; "?" at a name's end: it may be absent
//   { resource: NAME }   an object of its own, whose `object` is NAME; `objects` says its type
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import ts from 'typescript'

// Method and path, then the file of the resource, its method, and which class where there are several.
const CALLS = {
  'GET /v1/account': ['Accounts', 'retrieveCurrent'],
  'POST /v1/billing_portal/sessions': ['BillingPortal/Sessions', 'create'],
  'GET /v1/charges': ['Charges', 'list'],
  'GET /v1/charges/:id': ['Charges', 'retrieve'],
  'GET /v1/charges/search': ['Charges', 'search'],
  'GET /v1/checkout/sessions': ['Checkout/Sessions', 'list'],
  'POST /v1/checkout/sessions': ['Checkout/Sessions', 'create'],
  'GET /v1/checkout/sessions/:id': ['Checkout/Sessions', 'retrieve'],
  'POST /v1/checkout/sessions/:id/expire': ['Checkout/Sessions', 'expire'],
  'POST /v1/customers': ['Customers', 'create'],
  'GET /v1/customers/:id': ['Customers', 'retrieve'],
  'POST /v1/customers/:id': ['Customers', 'update'],
  'GET /v1/disputes': ['Disputes', 'list'],
  'GET /v1/disputes/:id': ['Disputes', 'retrieve'],
  'GET /v1/events': ['Events', 'list'],
  'GET /v1/payment_intents': ['PaymentIntents', 'list'],
  'POST /v1/payment_intents': ['PaymentIntents', 'create'],
  'GET /v1/payment_intents/:id': ['PaymentIntents', 'retrieve'],
  'POST /v1/payment_intents/:id/cancel': ['PaymentIntents', 'cancel'],
  'GET /v1/payment_methods/:id': ['PaymentMethods', 'retrieve'],
  'GET /v1/refunds': ['Refunds', 'list'],
  'POST /v1/refunds': ['Refunds', 'create'],
  'GET /v1/refunds/:id': ['Refunds', 'retrieve'],
  'DELETE /v1/subscriptions/:id': ['Subscriptions', 'cancel'],
  'GET /v1/subscriptions/:id': ['Subscriptions', 'retrieve'],
  'POST /v1/subscriptions/:id': ['Subscriptions', 'update'],
  'DELETE /v1/webhook_endpoints/:id': ['WebhookEndpoints', 'del'],
  'GET /v1/webhook_endpoints': ['WebhookEndpoints', 'list'],
  'GET /v1/webhook_endpoints/:id': ['WebhookEndpoints', 'retrieve'],
  'POST /v1/webhook_endpoints': ['WebhookEndpoints', 'create']
}

const OBJECTS = {
  account: ['Accounts', 'Account'],
  'billing_portal.session': ['BillingPortal/Sessions', 'Session'],
  charge: ['Charges', 'Charge'],
  'checkout.session': ['Checkout/Sessions', 'Session'],
  customer: ['Customers', 'Customer'],
  dispute: ['Disputes', 'Dispute'],
  event: ['Events', 'EventBase'],
  invoice: ['Invoices', 'Invoice'],
  item: ['LineItems', 'LineItem'],
  payment_intent: ['PaymentIntents', 'PaymentIntent'],
  payment_method: ['PaymentMethods', 'PaymentMethod'],
  plan: ['Plans', 'Plan'],
  price: ['Prices', 'Price'],
  refund: ['Refunds', 'Refund'],
  subscription: ['Subscriptions', 'Subscription'],
  subscription_item: ['SubscriptionItems', 'SubscriptionItem'],
  webhook_endpoint: ['WebhookEndpoints', 'WebhookEndpoint']
}

const root = path.dirname(path.dirname(createRequire(import.meta.url).resolve('stripe')))
const version = fs.readFileSync(path.join(root, 'VERSION'), 'utf8').trim()
const resources = path.join(root, 'esm/resources')
const fileOf = (name) => path.join(resources, `${name}.d.ts`)

const used = [...Object.values(CALLS), ...Object.values(OBJECTS)]
const program = ts.createProgram([...new Set(used.map(([file]) => fileOf(file)))], {
  strict: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext
})
const checker = program.getTypeChecker()
const types = {}

function exported (file, wanted) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(fileOf(file)))
  const found = checker.getExportsOfModule(module).find(wanted)
  if (!found) throw new Error(`${file} has not what is asked for: ${wanted}`)
  return found
}

// Where it is declared below resources, and its name there.
function nameOf (symbol) {
  const [, file, name] = /^"(.*)"\.(.*)$/.exec(checker.getFullyQualifiedName(symbol)) ?? []
  if (!name) throw new Error(`no name: ${symbol.name}`)
  return `${path.relative(resources, file)}:${name}`
}

function typeOfMember (symbol) {
  const declaration = symbol.valueDeclaration ?? symbol.declarations[0]
  return checker.getTypeOfSymbolAtLocation(symbol, declaration)
}

// The value of `object`, where that is one of Stripe's own objects.
function objectName (type) {
  const member = type.getProperty('object')
  const object = member && typeOfMember(member)
  return object?.isStringLiteral() ? object.value : undefined
}

// Answers are about cards: members for each other way to pay would be two thirds of the file.
const OF_CARDS = {
  NextAction: ['redirect_to_url', 'type', 'use_stripe_sdk'],
  DestinationDetails: ['card', 'type'],
  PaymentMethodDetails: ['card', 'type'],
  PaymentMethodOptions: ['card'],
  PaymentMethod: [
    'allow_redisplay', 'billing_details', 'card', 'created', 'customer', 'customer_account', 'id',
    'livemode', 'metadata', 'object', 'type'
  ]
}

function kept (name, member) {
  if (member === 'deleted') return false // void where an object is not
  const only = !name.includes('Params') && OF_CARDS[name.split(/[.:]/).at(-1)]
  return !only || only.includes(member)
}

function members (name, type) {
  const present = type.getProperties().filter((member) => kept(name, member.name))
  const entries = present.map((member) => {
    const optional = member.flags & ts.SymbolFlags.Optional
    return [member.name + (optional ? '?' : ''), describe(typeOfMember(member))]
  })
  return Object.fromEntries(entries)
}

function named (type) {
  const name = nameOf(type.symbol)
  if (!(name in types)) {
    types[name] = null
    types[name] = members(name, type)
  }
  return name
}

function describeUnion (type) {
  let rest = type.types.filter((one) => !(one.flags & ts.TypeFlags.Undefined))
  const literals = rest.filter((one) => one.isStringLiteral())
  const parts = []
  const take = (flag, word) => {
    if (rest.some((one) => one.flags & flag)) parts.push(word)
    rest = rest.filter((one) => !(one.flags & flag))
  }
  rest = rest.filter((one) => !one.isStringLiteral())
  if (literals.length) {
    // What else there may be is for programs that are older than what they talk with.
    rest = rest.filter((one) => !one.isIntersection())
    const values = literals.map((one) => one.value).filter((value) => value !== '').sort()
    if (values.length) parts.push({ enum: values })
  }
  take(ts.TypeFlags.Null, 'null')
  take(ts.TypeFlags.BooleanLike, 'boolean')
  for (const part of rest.map((one) => describe(one))) {
    // A deleted object has the name of what it was.
    if (!parts.some((other) => isDeepStrictEqual(other, part))) parts.push(part)
  }
  return parts.length === 1 ? parts[0] : { union: parts }
}

function describe (type) {
  const flags = type.flags
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return 'any'
  if (flags & ts.TypeFlags.Null) return 'null'
  if (flags & ts.TypeFlags.BooleanLike) return 'boolean'
  if (flags & ts.TypeFlags.StringLiteral) return { enum: [type.value] }
  if (flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return 'string'
  if (flags & ts.TypeFlags.Number) return 'integer'
  if (type.isUnion()) return describeUnion(type)
  if (type.isIntersection()) return 'string'
  if (checker.isArrayType(type)) return { array: describe(checker.getTypeArguments(type)[0]) }
  if (type.symbol?.name === 'ApiList') return { list: describe(checker.getTypeArguments(type)[0]) }
  if (type.symbol?.name === 'Decimal') return 'decimal'
  const index = type.getStringIndexType()
  if (index) return { map: describe(index) }
  if (type.symbol?.name === 'Object' || type.symbol?.name === '__type') return 'any'
  const object = objectName(type)
  return object ? { resource: object } : { ref: named(type) }
}

// The type of the parameters is a method's first one that is no identifier.
function parametersOf (file, method) {
  const resource = exported(file, (symbol) => symbol.name.endsWith('Resource'))
  const member = checker.getDeclaredTypeOfSymbol(resource).getProperty(method)
  for (const parameter of member.valueDeclaration.parameters) {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(parameter))
    if (parameter.name.text === 'params') return named(type)
  }
  throw new Error(`${file}.${method} takes no parameters`)
}

const { default: Stripe } = await import('stripe')
const calls = Object.fromEntries(
  Object.entries(CALLS).map(([call, [file, method]]) => [call, parametersOf(file, method)])
)
const objects = Object.fromEntries(
  Object.entries(OBJECTS).map(([object, [file, name]]) => {
    const symbol = exported(file, (symbol) => symbol.name === name)
    return [object, named(checker.getDeclaredTypeOfSymbol(symbol))]
  })
)
const sorted = (table) => Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)))
// One line each, so that a difference can be read.
const lines = (table) =>
  Object.entries(sorted(table)).map(([name, type]) => `    ${JSON.stringify(name)}: ${JSON.stringify(type)}`)
const block = (table) => `{\n${lines(table).join(',\n')}\n  }`
process.stdout.write(`{
  "generated": "by tests/stripe/derive.mjs from the npm package stripe ${version}: do not edit",
  "api_version": ${JSON.stringify(Stripe.API_VERSION)},
  "calls": ${block(calls)},
  "objects": ${block(objects)},
  "types": ${block(types)}
}
`)
