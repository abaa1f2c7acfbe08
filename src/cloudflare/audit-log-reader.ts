/**
 * The account's audit log, version 2 (`AuditLogReader`; its contract stands there).
 *
 * Source: cloudflare-api §8. The API reference gives the next page's cursor as `result_info.cursor`, the official
 * SDK reads `result_info.cursors.after`: both are taken. What Cloudflare calls products and resource types is not
 * documented, so entries are not filtered there, and one that cannot be placed counts as touching records: that
 * costs a read, leaving it out could miss a change.
 */
import type { ZoneId } from '../base/ids.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { AuditLogEntry, AuditLogReader } from '../domains/zones/signals/ports.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';

const ENTRIES_PER_PAGE = 1_000;
/** A server whose cursors never end is left here. */
const PAGES_MAX = 10_000;

export function createAuditLogReader(api: Api): AuditLogReader {
  return {
    entries: async function* (accountId, window, options) {
      const query = {
        since: new Date(window.since).toISOString(),
        before: new Date(window.before).toISOString(),
        limit: ENTRIES_PER_PAGE,
        direction: 'asc',
      };
      let cursor: string | null = null;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const answer = await api.call(
          'GET /accounts/{account_id}/logs/audit',
          { account_id: accountId },
          { query: { ...query, cursor } },
          options,
        );
        const items = (answer.result ?? []) as unknown as readonly JsonValue[];
        yield items.flatMap(decodeEntry);
        const next = cursorOf(answer.resultInfo);
        if (next === null || next === cursor || items.length === 0) return;
        cursor = next;
      }
    },
  };
}

/** The cursor of the next page; null when this was the last. */
function cursorOf(info: JsonObject | null): string | null {
  const after = objectIn(info ?? {}, 'cursors')['after'];
  const cursor = textOf(info?.['cursor']) ?? textOf(after);
  return cursor === '' ? null : cursor;
}

/** Nothing for what cannot have changed a zone's records. Never throws. */
function decodeEntry(json: JsonValue): AuditLogEntry[] {
  if (!isObject(json)) return [];
  const action = objectIn(json, 'action');
  const zoneId = textOf(objectIn(json, 'zone')['id']);
  const id = textOf(json['id']);
  const at = Date.parse(textOf(action['time']) ?? '');
  if (zoneId === null || id === null || Number.isNaN(at)) return [];
  if (action['type'] === 'view' || action['result'] === 'failure' || !touchesRecords(json)) return [];
  const actor = objectIn(json, 'actor');
  const tokenId = textOf(actor['token_id']);
  return [
    {
      id,
      at,
      zoneId: zoneId as ZoneId,
      actor: textOf(actor['email']) ?? textOf(actor['token_name']) ?? tokenId ?? systemName(actor['type']),
      interface: textOf(actor['context']),
      tokenId,
      ray: textOf(objectIn(json, 'raw')['cf_ray_id']),
    },
  ];
}

/** By the product, the type or the path, whichever says it; true when none says anything. */
function touchesRecords(entry: JsonObject): boolean {
  const { product, type } = objectIn(entry, 'resource');
  const uri = textOf(objectIn(entry, 'raw')['uri']);
  const labels = [textOf(product), textOf(type)].filter((label) => label !== null);
  if (uri?.includes('/dns_records') === true) return true;
  if (labels.length === 0) return uri === null;
  return labels.some((label) => /^(dns|zones?$)/i.test(label));
}

/** What acts without a person: `cloudflare_admin`, `delegated_service`, `system`. */
function systemName(type: JsonValue | undefined): string | null {
  const name = textOf(type);
  return name === null || name === 'user' || name === 'account' ? null : `Cloudflare (${name})`;
}

function objectIn(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isObject(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
