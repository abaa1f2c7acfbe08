/** Writes zone documents, one record a line. `parseZoneDocument` reads the same records back. */
import {
  type FormatLoss,
  type FormattedZone,
  formatLosses,
  formatState,
  recordLoss,
  sortRecords,
  type ZoneRecords,
} from './formatted-zone.ts';
import { type DomainName, formatAbsolute, formatRelative, isInZone, parseName } from './name.ts';
import { formatRdata } from './rdata-text.ts';
import { isProxiableType, type Rdata, type RecordFields } from './record.ts';
import { yamlText } from './yaml-text.ts';

/** A record as the document holds it. Fields that have their default are not mentioned. */
interface DocumentRecord {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  readonly ttl: 'auto' | number;
  readonly proxied?: boolean;
  readonly comment?: string;
  readonly tags?: readonly string[];
  readonly settings?: readonly string[];
  readonly privateRouting?: boolean;
}

/** The zone as a YAML document. Records of types that Zoneward does not know are comments at the end. */
export function formatZoneDocumentYaml(zone: ZoneRecords): FormattedZone {
  const { records, losses } = documentRecords(zone);
  const lines = records.map((record) => `  - {${Object.entries(record).map(yamlPair).join(', ')}}\n`);
  const head = `zone: ${yamlText(zone.zone)}\nrecords:${lines.length === 0 ? ' []' : ''}\n`;
  return { text: formatState(zone, '#') + head + lines.join('') + formatLosses(losses, '#'), losses };
}

/** The zone as a JSON document. JSON has no comments: what is lost stands in `losses` alone. */
export function formatZoneDocumentJson(zone: ZoneRecords): FormattedZone {
  const { records, losses } = documentRecords(zone);
  const lines = records.map((record) => `    ${JSON.stringify(record)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return { text: `{\n  "zone": ${JSON.stringify(zone.zone)},\n  "records": ${list}\n}\n`, losses };
}

function documentRecords({ zone, records }: ZoneRecords): {
  records: DocumentRecord[];
  losses: FormatLoss[];
} {
  const sorted = sortRecords(records);
  return {
    records: sorted
      .filter((record) => record.rdata.type !== 'unknown')
      .map((record) => documentRecord(record, zone)),
    losses: sorted.filter((record) => record.rdata.type === 'unknown').map(recordLoss),
  };
}

function documentRecord(record: RecordFields, zone: DomainName): DocumentRecord {
  const { rdata, ttl, proxied, comment, tags, settings, privateRouting } = record;
  return {
    name: documentName(record.name, zone),
    type: rdata.type,
    content: documentContent(rdata),
    ttl,
    ...(isProxiableType(rdata.type) ? { proxied } : {}),
    ...(comment === '' ? {} : { comment }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(settings.length === 0 ? {} : { settings }),
    ...(privateRouting ? { privateRouting } : {}),
  };
}

/** Relative, unless that would be read as a full name (`www.example.com.example.com`). */
function documentName(name: DomainName, zone: DomainName): string {
  const relative = formatRelative(name, zone);
  const full = parseName(relative);
  return full.ok && isInZone(full.value, zone) ? formatAbsolute(name) : relative;
}

/** Presentation form; a text stands as it is where it is read back so. */
function documentContent(rdata: Rdata): string {
  if (rdata.type !== 'TXT') return formatRdata(rdata);
  const { text } = rdata;
  return text.isWellFormed() && !text.trim().startsWith('"') ? text : formatRdata(rdata);
}

function yamlPair([key, value]: [string, unknown]): string {
  if (Array.isArray(value)) return `${key}: [${value.map((item) => yamlText(String(item))).join(', ')}]`;
  return `${key}: ${typeof value === 'string' ? yamlText(value) : String(value)}`;
}
