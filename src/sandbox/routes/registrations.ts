/** Registrations (§7.1 to §7.4): create and change as workflows, get, list, status. */
import type { AuditLabel, Call, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import {
  bookOf,
  registrarAccount,
  type StoredRegistration,
  type StoredWorkflow,
  type WorkflowKind,
} from '../registrar/books.ts';
import { contactProblem } from '../registrar/contacts.ts';
import { type Extension, extensionFor, type Namespace, parseDomain } from '../registrar/extensions.ts';
import { pageByCursor, registrationWire } from '../registrar/registrations.ts';
import { checkDomain } from '../registrar/registry.ts';
import {
  lastWorkflow,
  type Place,
  runningWorkflow,
  settle,
  startWorkflow,
  workflowWire,
} from '../registrar/workflows.ts';
import { cursorQuery, REGISTRAR_READ, REGISTRAR_WRITE } from './registrar-common.ts';
import {
  autoRenewMissing,
  domainLimit,
  domainNameInvalid,
  domainNameMissing,
  domainNotFound,
  domainPremium,
  domainUnavailable,
  duplicateDomain,
  extensionNotInApi,
  extensionRefused,
  invalidContact,
  invalidCursor,
  invalidExtensionField,
  invalidPrivacy,
  invalidYears,
  noContact,
  noPaymentMethod,
  notBoolean,
  noWorkflow,
  temporarilyBlocked,
  workflowExists,
} from './registrar-errors.ts';

type Body = Readonly<Record<string, unknown>>;

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'registrar', type: 'registrar.registration', action };
}

export function registrationRoutes(namespace: Namespace): readonly Route[] {
  const prefix = namespace === 'live' ? 'registrar' : 'registrar-sandbox';
  const base = `/accounts/{account_id}/${prefix}/registrations`;
  const item = `${base}/{domain}`;
  const placed =
    (run: (call: Call, place: Place) => Reply) =>
    (call: Call): Reply =>
      run(call, placeOf(call, namespace));
  const reading = { method: 'GET', needs: REGISTRAR_READ } as const;
  return [
    { ...reading, path: base, run: placed(listRegistrations) },
    { method: 'POST', path: base, needs: REGISTRAR_WRITE, audit: label('create'), run: placed(register) },
    { ...reading, path: item, run: placed(getRegistration) },
    { method: 'PATCH', path: item, needs: REGISTRAR_WRITE, audit: label('update'), run: placed(update) },
    { ...reading, path: `${item}/registration-status`, run: placed(statusOf('registration')) },
    { ...reading, path: `${item}/update-status`, run: placed(statusOf('update')) },
  ];
}

/** Where a call works, with everything that is due done. */
export function placeOf({ world, account }: Call, namespace: Namespace): Place {
  const place = { world, account, namespace };
  settle(place);
  return place;
}

function register(call: Call, place: Place): Reply {
  const order = readOrder(call, place);
  const book = bookOf(place.account, place.namespace);
  book.registrations.push({
    domain: order.domain,
    createdAtMs: null,
    expiresAtMs: null,
    requestedAt: call.world.clock.stamp(),
    pending: 'registration',
    autoRenew: order.autoRenew,
    locked: true,
    privacyMode: order.privacyMode,
  });
  const { domain, years, cost } = order;
  const workflow = startWorkflow(place, { domain, kind: 'registration', years, cost }, !isAsync(call));
  return replyWorkflow(call, place, { workflow, statusDone: 201 });
}

interface ReadOrder {
  readonly domain: string;
  readonly years: number;
  readonly cost: string;
  readonly autoRenew: boolean;
  readonly privacyMode: StoredRegistration['privacyMode'];
}

function readOrder(call: Call, place: Place): ReadOrder {
  const body = call.jsonObject();
  const sent = body['domain_name'];
  if (sent === undefined || sent === null || sent === '') throw domainNameMissing();
  const domain = parseDomain(sent);
  if (domain === undefined) throw domainNameInvalid();
  const extension = extensionFor(domain.extension, place.namespace);
  if (extension === 'extension_not_supported_via_api') throw extensionNotInApi();
  if (typeof extension === 'string') throw extensionRefused();
  const years = readYears(body['years'], extension);
  const autoRenew = readBoolean(body, 'auto_renew') ?? false;
  const privacyMode = readPrivacy(body['privacy_mode']);
  readContacts(body, place);
  readExtensionFields(body, extension);
  assertFree(place, domain.name);
  const checked = checkDomain(place.world, domain, { namespace: place.namespace, fresh: true });
  if (checked.reason === 'domain_premium') throw domainPremium();
  if (!checked.registrable) throw domainUnavailable();
  assertMayBuy(place);
  const cost = (Number(extension.registrationCost) + (years - 1) * Number(extension.renewalCost)).toFixed(2);
  return { domain: domain.name, years, cost, autoRenew, privacyMode };
}

/** The name is the key: neither a running workflow nor a registration may be there. */
export function assertFree(place: Place, domain: string): void {
  if (runningWorkflow(place, domain) !== undefined) throw workflowExists();
  const book = bookOf(place.account, place.namespace);
  if (book.registrations.some((item) => item.domain === domain)) throw duplicateDomain();
}

/** What the account's owner must have set up before money is spent. */
export function assertMayBuy(place: Place): void {
  const settings = registrarAccount(place.account);
  if (settings.temporarilyBlocked) throw temporarilyBlocked();
  if (place.namespace === 'live' && !settings.paymentMethod) throw noPaymentMethod();
  if (bookOf(place.account, place.namespace).registrations.length >= settings.domainsMax) {
    throw domainLimit(settings.domainsMax);
  }
}

function readYears(value: unknown, extension: Extension): number {
  const { yearsMin, yearsMax } = extension;
  const years = value ?? yearsMin;
  if (typeof years !== 'number' || !Number.isInteger(years) || years < yearsMin || years > yearsMax) {
    throw invalidYears(yearsMin, yearsMax);
  }
  return years;
}

export function readBoolean(body: Body, field: string): boolean | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw notBoolean(`/${field}`);
  return value;
}

export function readPrivacy(value: unknown): StoredRegistration['privacyMode'] {
  if (value === undefined || value === null) return 'redaction';
  if (value !== 'redaction' && value !== 'off') throw invalidPrivacy();
  return value;
}

/** Without a registrant the address book's default is taken, which the registrar's sandbox does not have. */
export function readContacts(body: Body, place: Place): void {
  const { contacts } = body;
  if (contacts !== undefined && contacts !== null) {
    const problem = contactProblem(contacts);
    if (problem !== undefined) throw invalidContact(problem.message, problem.pointer);
  }
  const registrant = (contacts as { registrant?: unknown } | null | undefined)?.registrant;
  const hasDefault = place.namespace === 'live' && registrarAccount(place.account).defaultContact;
  if (registrant === undefined && !hasDefault) throw noContact();
}

function readExtensionFields(body: Body, extension: Extension): void {
  const sent = (body['contact_extensions'] ?? {}) as Body;
  for (const [name, values] of Object.entries(extension.contactExtensions ?? {})) {
    if (!values.includes(String(sent[name]))) throw invalidExtensionField(name);
  }
}

/** `Prefer: respond-async`, among others perhaps. */
export function isAsync(call: Call): boolean {
  const preferences = (call.request.headers['prefer'] ?? '')
    .split(',')
    .map((item) => item.trim().toLowerCase());
  return preferences.includes('respond-async');
}

/** The status of a finished workflow is the caller's; of a running one it is 202. */
export function replyWorkflow(
  call: Call,
  place: Place,
  done: { readonly workflow: StoredWorkflow; readonly statusDone: number },
): Reply {
  const { workflow } = done;
  const wire = workflowWire(place, workflow);
  Object.assign(call.auditNote, { resourceId: workflow.domain, after: wire });
  const reply = ok(wire, { status: wire.completed ? done.statusDone : 202 });
  return isAsync(call) ? { ...reply, headers: { 'Preference-Applied': 'respond-async' } } : reply;
}

function registered(call: Call, place: Place): StoredRegistration {
  const name = call.param('domain').toLowerCase();
  const found = bookOf(place.account, place.namespace).registrations.find((item) => item.domain === name);
  if (found === undefined) throw domainNotFound();
  return found;
}

function getRegistration(call: Call, place: Place): Reply {
  return ok(registrationWire(place.world, registered(call, place)));
}

/** Only `auto_renew` can be changed. */
function update(call: Call, place: Place): Reply {
  const item = registered(call, place);
  const autoRenew = readBoolean(call.jsonObject(), 'auto_renew');
  if (autoRenew === undefined) throw autoRenewMissing();
  if (runningWorkflow(place, item.domain) !== undefined) throw workflowExists();
  call.auditNote.before = registrationWire(place.world, item);
  const order = { domain: item.domain, kind: 'update', years: 0, cost: '0.00', autoRenew } as const;
  const workflow = startWorkflow(place, order, !isAsync(call));
  return replyWorkflow(call, place, { workflow, statusDone: 200 });
}

export function statusOf(kind: WorkflowKind): (call: Call, place: Place) => Reply {
  return (call, place) => {
    const name = call.param('domain').toLowerCase();
    const workflow = lastWorkflow(place, name, kind);
    if (workflow === undefined) throw noWorkflow(name);
    return ok(workflowWire(place, workflow));
  };
}

const SORT_KEYS: Readonly<Record<string, (item: StoredRegistration) => number | string>> = {
  name: (item) => item.domain,
  registry_created_at: (item) => item.createdAtMs ?? Number.MAX_SAFE_INTEGER,
  registry_expires_at: (item) => item.expiresAtMs ?? Number.MAX_SAFE_INTEGER,
};

/** Those whose registration is running are among them. */
function listRegistrations(call: Call, place: Place): Reply {
  const { query } = call;
  const key = SORT_KEYS[query.get('sort_by') ?? ''] ?? SORT_KEYS['registry_created_at'];
  if (key === undefined) throw new Error('No default order');
  const sign = query.get('direction') === 'desc' ? -1 : 1;
  const sorted = [...bookOf(place.account, place.namespace).registrations].sort(
    (a, b) => sign * compare(key(a), key(b)) || compare(a.domain, b.domain),
  );
  const wanted = cursorQuery(query);
  const page = pageByCursor(sorted, (item) => item.domain, wanted);
  if (page === undefined) throw invalidCursor();
  return ok(
    page.items.map((item) => registrationWire(place.world, item)),
    { info: { count: page.items.length, per_page: wanted.perPage, cursor: page.cursor } },
  );
}

function compare(a: number | string, b: number | string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
