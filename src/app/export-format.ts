/** The forms that a zone can be exported to; each, planned again, changes nothing. */
import type { FormattedZone, ZoneRecords } from '../dns/formatted-zone.ts';
import { formatMasterFile } from '../dns/master-file-format.ts';
import { formatOctodnsYaml } from '../dns/octodns-format.ts';
import { formatZoneDocumentJson, formatZoneDocumentYaml } from '../dns/zone-document-format.ts';

export const EXPORT_FORMATS = {
  bind: formatMasterFile,
  yaml: formatZoneDocumentYaml,
  json: formatZoneDocumentJson,
  octodns: formatOctodnsYaml,
} as const satisfies Readonly<Record<string, (zone: ZoneRecords) => FormattedZone>>;

export type ExportFormat = keyof typeof EXPORT_FORMATS;
