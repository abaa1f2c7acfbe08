/**
 * The import endpoint. [U] throughout: records that are there already are skipped, SOA and apex NS lines too; any
 * other refusal undoes the whole import.
 */
import { ApiError } from '../api-error.ts';
import { IMPORT_BYTES_MAX } from '../constants.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { inTransaction } from './edit.ts';
import { RECORD_KINDS } from './kinds.ts';
import { importInvalid, importTooLarge } from './record-errors.ts';
import { parseZoneFile, type ZoneFileRecord } from './zone-file.ts';

export interface ImportCounts {
  readonly recs_added: number;
  readonly total_records_parsed: number;
}

const IDENTICAL_CODE = 81058;

/** Imports a file into a zone. `proxied` is for proxiable records whose line does not say. */
export function importZoneFile(
  world: World,
  zone: Zone,
  file: { readonly content: Buffer; readonly proxied: boolean },
): ImportCounts {
  if (file.content.length > IMPORT_BYTES_MAX) throw importTooLarge();
  const parsed = parseZoneFile(file.content.toString(), zone.name);
  if (!parsed.ok) throw importInvalid(parsed.line, parsed.reason);
  const wanted = parsed.records.filter((record) => !(record.type === 'NS' && record.name === zone.name));
  // DS lines need their NS to be there first.
  const ordered = [...wanted].sort((a, b) => Number(a.type === 'DS') - Number(b.type === 'DS'));
  const added = inTransaction(world, zone, (edit) => {
    let count = 0;
    for (const record of ordered) {
      try {
        edit.create(bodyOf(record, file.proxied), { quotesCount: false });
        count += 1;
      } catch (error) {
        if (!(error instanceof ApiError) || error.errors[0]?.code !== IDENTICAL_CODE) throw error;
      }
    }
    return count;
  });
  return { recs_added: added, total_records_parsed: wanted.length };
}

function bodyOf(record: ZoneFileRecord, proxied: boolean): Readonly<Record<string, unknown>> {
  const { body, type } = record;
  if (!proxied || body['proxied'] !== undefined) return body;
  return RECORD_KINDS[type].proxiable(String(body['content'] ?? '')) ? { ...body, proxied: true } : body;
}
