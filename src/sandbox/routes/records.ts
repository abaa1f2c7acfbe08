/** DNS records of a zone (§4): list, create, get, put, patch, delete, batch, import, export, scan, usage. */

import { invalidBody } from '../api-error.ts';
import {
  IMPORT_BYTES_MAX,
  RECORDS_PER_PAGE_DEFAULT,
  RECORDS_PER_PAGE_MAX,
  SHADOW_RECORDS_MAX,
} from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, okText, okWithoutResult, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { batchJson, runBatch } from '../records/batch.ts';
import type { RecordBody } from '../records/build.ts';
import { inTransaction } from '../records/edit.ts';
import { exportZoneFile } from '../records/export.ts';
import { selectRecords } from '../records/filters.ts';
import { importZoneFile } from '../records/import.ts';
import { importTooLarge, missingField, recordMissing } from '../records/record-errors.ts';
import { withShadowMeta } from '../records/shadow.ts';
import { jsonOf, jsonTexts, type RecordEntry } from '../state/record-store.ts';
import type { Zone } from '../state/zone.ts';

const READ: Needs = { scope: 'zone', anyOf: ['DNS Read', 'DNS Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['DNS Write'] };
const COLLECTION = '/zones/{zone_id}/dns_records';
const ITEM = `${COLLECTION}/{dns_record_id}`;

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'dns_records', type: 'dns.record', action };
}

export const recordRoutes: readonly Route[] = [
  { method: 'GET', path: COLLECTION, needs: READ, run: listRecords },
  { method: 'POST', path: COLLECTION, needs: WRITE, audit: label('create'), run: createRecord },
  { method: 'GET', path: ITEM, needs: READ, run: getRecord },
  { method: 'PUT', path: ITEM, needs: WRITE, audit: label('update'), run: overwriteRecord },
  { method: 'PATCH', path: ITEM, needs: WRITE, audit: label('update'), run: patchRecord },
  { method: 'DELETE', path: ITEM, needs: WRITE, audit: label('delete'), run: deleteRecord },
  { method: 'POST', path: `${COLLECTION}/batch`, needs: WRITE, audit: label('update'), run: batchRecords },
  { method: 'GET', path: `${COLLECTION}/export`, needs: READ, run: exportRecords },
  { method: 'POST', path: `${COLLECTION}/import`, needs: WRITE, audit: label('create'), run: importRecords },
  { method: 'GET', path: `${COLLECTION}/usage`, needs: READ, run: zoneUsage },
  { method: 'POST', path: `${COLLECTION}/scan`, needs: WRITE, audit: label('create'), run: scanOldWay },
  {
    method: 'POST',
    path: `${COLLECTION}/scan/trigger`,
    needs: WRITE,
    audit: label('create'),
    run: triggerScan,
  },
  { method: 'GET', path: `${COLLECTION}/scan/review`, needs: READ, run: listScanned },
  {
    method: 'POST',
    path: `${COLLECTION}/scan/review`,
    needs: WRITE,
    audit: label('create'),
    run: reviewScanned,
  },
  {
    method: 'GET',
    path: '/accounts/{account_id}/dns_records/usage',
    needs: { scope: 'account', anyOf: ['Account DNS Settings Read', 'Account DNS Settings Write'] },
    run: accountUsage,
  },
];

function listRecords(call: Call): Reply {
  const { zone, query } = call;
  const store = zone.staleRecords ?? zone.records;
  const selected = selectRecords(store, query, zone.name);
  const wanted = pageQuery(query, {
    perPageDefault: RECORDS_PER_PAGE_DEFAULT,
    perPageMax: RECORDS_PER_PAGE_MAX,
  });
  const { items, info } = pageOf(selected, wanted);
  const withShadows = wantsShadows(call) && items.length <= SHADOW_RECORDS_MAX;
  const texts = withShadows
    ? items.map((entry) => JSON.stringify(withShadowMeta(zone, entry)))
    : jsonTexts(store, items);
  return okText(`[${texts.join(',')}]`, { info });
}

function createRecord(call: Call): Reply {
  const entry = inTransaction(call.world, call.zone, (edit) => edit.create(call.jsonObject()));
  note(call, { after: entry });
  return replyRecord(call, entry);
}

function getRecord(call: Call): Reply {
  return replyRecord(call, existing(call));
}

function overwriteRecord(call: Call): Reply {
  const before = existing(call);
  const after = inTransaction(call.world, call.zone, (edit) => edit.overwrite(idOf(call), call.jsonObject()));
  note(call, { before, after });
  return replyRecord(call, after);
}

function patchRecord(call: Call): Reply {
  const before = existing(call);
  const after = inTransaction(call.world, call.zone, (edit) => edit.patch(idOf(call), call.jsonObject()));
  note(call, { before, after });
  return replyRecord(call, after);
}

function deleteRecord(call: Call): Reply {
  const before = inTransaction(call.world, call.zone, (edit) => edit.delete(idOf(call)));
  note(call, { before });
  return ok({ id: before.record.id });
}

function batchRecords(call: Call): Reply {
  const body = call.jsonObject();
  const result = runBatch(call.world, call.zone, body);
  return okText(batchJson(result, body));
}

function exportRecords(call: Call): Reply {
  return {
    status: 200,
    body: exportZoneFile(call.zone, call.world.clock.now()),
    contentType: 'text/plain; charset=UTF-8',
  };
}

function importRecords(call: Call): Reply {
  // A form is at most a little larger than the file in it.
  if (call.request.body.length > 2 * IMPORT_BYTES_MAX) throw importTooLarge();
  const form = call.form();
  const file = form.get('file');
  if (file === undefined) throw missingField('file');
  const proxied = form.get('proxied')?.content.toString().trim() === 'true';
  return ok(importZoneFile(call.world, call.zone, { content: file.content, proxied }));
}

function zoneUsage(call: Call): Reply {
  return ok({ record_quota: call.zone.recordQuota, record_usage: call.zone.records.size });
}

/** The account's quota is unlimited here (`null`); usage is the sum over its zones. */
function accountUsage(call: Call): Reply {
  let usage = 0;
  for (const zone of call.world.zones.values())
    if (zone.accountId === call.account.id) usage += zone.records.size;
  return ok({ record_quota: null, record_usage: usage });
}

/** The deprecated scan adds what it finds at once; what is there already is passed over. */
function scanOldWay(call: Call): Reply {
  const { zone, world } = call;
  const fresh = zone.fields.scanFindings.filter((body) => !isKnown(zone, body));
  inTransaction(world, zone, (edit) => {
    for (const body of fresh) edit.create(body);
  });
  return ok({ recs_added: fresh.length, total_records_parsed: zone.fields.scanFindings.length });
}

function triggerScan(call: Call): Reply {
  const { zone, world } = call;
  zone.fields.scanReview = zone.fields.scanFindings
    .filter((body) => !isKnown(zone, body))
    .map((body, index) => ({ ...scannedRecord(call, body), id: `${index.toString(16).padStart(32, '0')}` }));
  world.changed();
  return okWithoutResult();
}

function listScanned(call: Call): Reply {
  return ok(call.zone.fields.scanReview);
}

function reviewScanned(call: Call): Reply {
  const body = call.jsonObject();
  const { zone, world } = call;
  const accepts = objectsIn(body, 'accepts');
  const rejected = new Set(objectsIn(body, 'rejects').map((item) => String(item['id'])));
  const accepted = inTransaction(world, zone, (edit) => accepts.map((item) => edit.create(item)));
  const acceptedIds = new Set(accepts.map((item) => String(item['id'])));
  const gone = zone.fields.scanReview.filter((item) => rejected.has(String(item['id'])));
  zone.fields.scanReview = zone.fields.scanReview.filter(
    (item) => !rejected.has(String(item['id'])) && !acceptedIds.has(String(item['id'])),
  );
  world.changed();
  return okText(
    `{"accepts":[${accepted.map(jsonOf).join(',')}],"rejects":${JSON.stringify(gone.map((item) => item['id']))}}`,
  );
}

function objectsIn(body: RecordBody, key: string): readonly RecordBody[] {
  const value = body[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidBody(`${key} must be an array.`, `/${key}`);
  return value as RecordBody[];
}

function isKnown(zone: Zone, body: RecordBody): boolean {
  const name = String(body['name']);
  return zone.records
    .named(name)
    .some(({ record }) => record.type === body['type'] && record.content === body['content']);
}

function scannedRecord(call: Call, body: RecordBody): RecordBody {
  const now = call.world.clock.stamp();
  return {
    ttl: 1,
    proxied: false,
    proxiable: false,
    settings: {},
    meta: {},
    comment: null,
    tags: [],
    created_on: now,
    modified_on: now,
    ...body,
  };
}

function idOf(call: Call): string {
  return call.param('dns_record_id');
}

function existing(call: Call): RecordEntry {
  const entry = call.zone.records.get(idOf(call));
  if (entry === undefined) throw recordMissing();
  return entry;
}

function wantsShadows(call: Call): boolean {
  return call.query.get('include_shadow_metadata') === 'true';
}

function replyRecord(call: Call, entry: RecordEntry): Reply {
  return wantsShadows(call) ? ok(withShadowMeta(call.zone, entry)) : okText(jsonOf(entry));
}

function note(call: Call, change: { before?: RecordEntry; after?: RecordEntry }): void {
  const { auditNote } = call;
  auditNote.resourceId = (change.after ?? change.before)?.record.id ?? '';
  auditNote.before = change.before?.record;
  auditNote.after = change.after?.record;
}
