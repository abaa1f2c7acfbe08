/** The forms that a zone can be exported to; each, planned again, changes nothing. */
import type { FormattedZone, ZoneRecords } from '../dns/formatted-zone.ts';
import { formatMasterFile } from '../dns/master-file-format.ts';
import { formatOctodnsYaml } from '../dns/octodns-format.ts';
import { formatZoneDocumentJson, formatZoneDocumentYaml } from '../dns/zone-document-format.ts';

export type ExportFormat = 'bind' | 'yaml' | 'json' | 'octodns';

export const EXPORT_FORMATS: Readonly<Record<ExportFormat, (zone: ZoneRecords) => FormattedZone>> = {
  bind: formatMasterFile,
  yaml: formatZoneDocumentYaml,
  json: formatZoneDocumentJson,
  octodns: formatOctodnsYaml,
};
