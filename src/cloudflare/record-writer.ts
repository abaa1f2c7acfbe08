/** Batches of record changes, and the zone's record quota (`RecordWriter`, `RecordQuotaReader`). */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { BatchAnswer, RecordQuotaReader, RecordWriter } from '../domains/changes/ports.ts';
import type { BatchBody } from '../plan/plan.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';
import { errorFromSilence } from './errors.ts';
import { decodeRecordJson } from './wire/decode-record.ts';

const BATCH = 'POST /zones/{zone_id}/dns_records/batch';
const PARTS = ['deletes', 'patches', 'puts', 'posts'] as const;

export function createRecordWriter(api: Api): RecordWriter & RecordQuotaReader {
  return {
    batch: async (zoneId, body, options) => {
      const answer = await api.call(BATCH, { zone_id: zoneId }, { body: presentParts(body) }, options);
      return decodeBatch(body, answer.result as unknown as JsonValue, answer);
    },
    recordQuota: async (zoneId, options) => {
      const route = 'GET /zones/{zone_id}/dns_records/usage';
      const { result } = await api.call(route, { zone_id: zoneId }, {}, options);
      return { quota: result.record_quota ?? null, used: result.record_usage };
    },
  };
}

/** Any subset may be sent; an empty list says nothing. */
function presentParts(body: BatchBody): Partial<BatchBody> {
  return Object.fromEntries(PARTS.filter((part) => body[part].length > 0).map((part) => [part, body[part]]));
}

/**
 * A success must account for every operation. One that does not (a body that a proxy replaced, a change of
 * Cloudflare's) does not tell what happened, and is treated like silence: the zone is read to find out.
 */
function decodeBatch(
  body: BatchBody,
  result: JsonValue,
  { ray, auditLogId }: { readonly ray: string | null; readonly auditLogId: string | null },
): BatchAnswer {
  const parts = isObject(result) ? result : {};
  const lists = PARTS.map((part) => recordsOf(parts, part));
  const [deletes = [], patches = [], puts = [], posts = []] = lists;
  const answer: BatchAnswer = { deletes, patches, puts, posts, ray, auditLogId };
  const short = PARTS.find((part) => answer[part].length !== body[part].length);
  if (short === undefined) return answer;
  const why = `the answer lists ${answer[short].length} of ${body[short].length} ${short}`;
  const [method = '', route = ''] = BATCH.split(' ');
  throw errorFromSilence({ method, route }, { sent: true, why, aborted: false, ray });
}

function recordsOf(parts: JsonObject, part: string): LiveRecord[] {
  const list = parts[part];
  return Array.isArray(list) ? (list as readonly JsonValue[]).filter(isObject).map(decodeRecordJson) : [];
}
