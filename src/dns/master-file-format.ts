/**
 * Writes master files as Cloudflare's export does: one record a line, an automatic TTL as 1, comment, tags and
 * proxied state behind it (cf-tags.ts). `parseMasterFile` reads the same records back.
 */
import { formatRecordComment } from './cf-tags.ts';
import {
  type FormatLoss,
  type FormattedZone,
  formatLosses,
  recordLoss,
  sortRecords,
  type ZoneRecords,
} from './formatted-zone.ts';
import { formatAbsolute, formatRelative } from './name.ts';
import { formatRdata } from './rdata-text.ts';
import { type RecordFields, typeOf } from './record.ts';
import { ttlToSeconds } from './ttl.ts';

/**
 * The zone as a master file. What it cannot carry (settings but for flattening, private routing, types that
 * Zoneward does not know) stands in `losses` and in comments at the end; what is lost there is not mentioned, so
 * that a plan from the file leaves it as it is.
 */
export function formatMasterFile({ zone, records, state }: ZoneRecords): FormattedZone {
  const losses: FormatLoss[] = [];
  const lines: string[] = [];
  for (const record of sortRecords(records)) {
    if (record.rdata.type === 'unknown') {
      losses.push(recordLoss(record));
      continue;
    }
    losses.push(...fieldLosses(record));
    const comment = formatRecordComment(record);
    const words = [
      formatRelative(record.name, zone),
      ttlToSeconds(record.ttl),
      'IN',
      record.rdata.type,
      formatRdata(record.rdata),
    ];
    lines.push(`${words.join('\t')}${comment === '' ? '' : ` ; ${comment}`}\n`);
  }
  const is = state === undefined ? '' : `, ${state}`;
  const head = `; ${zone}: ${lines.length} records${is}. A TTL of 1 is Cloudflare's automatic TTL.\n$ORIGIN ${formatAbsolute(zone)}\n`;
  return { text: head + lines.join('') + formatLosses(losses, ';'), losses };
}

function fieldLosses(record: RecordFields): FormatLoss[] {
  const { name, settings, comment } = record;
  const type = typeOf(record.rdata);
  const carried = settings.length === 1 && settings[0] === 'flatten_cname';
  const losses: FormatLoss[] = (carried ? [] : settings).map((setting) => ({
    name,
    type,
    what: `the setting ${setting}`,
  }));
  if (record.privateRouting) losses.push({ name, type, what: 'private routing' });
  if (comment !== comment.trim()) losses.push({ name, type, what: 'the space around the comment' });
  return losses;
}
