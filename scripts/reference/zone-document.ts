/** The tables of docs/zone-document.md: the data of every record type, and every setting, from the parser's own tables. */
import { rdataFields } from '../../src/dns/rdata-fields.ts';
import { RECORD_TYPES } from '../../src/dns/record.ts';
import { LOC_KEYS } from '../../src/dns/zone-document-record.ts';
import { describeDomain, type SettingDomain } from '../../src/plan/setting-domain.ts';
import { nameOfSetting, SETTINGS, type SettingSpec } from '../../src/plan/settings-catalogue.ts';
import { code, fillPart, table } from './markdown.ts';

export function fillZoneDocumentPage(page: string): string {
  return [
    ['record-types', recordTypes()],
    ['tls-settings', settings((spec) => spec.tlsName !== undefined)],
    ['zone-settings', settings((spec) => spec.tlsName === undefined)],
  ].reduce((text, [name = '', part = '']) => fillPart(text, name, part), page);
}

function recordTypes(): string {
  const rows = RECORD_TYPES.map((type) => {
    const fields = rdataFields(type).map(({ key, kind }) => `${code(key)} (${kind.expects})`);
    return [type, type === 'LOC' ? LOC_KEYS.map(code).join(', ') : fields.join('; ')];
  });
  return table(['type', 'typed fields, in the order of the presentation form'], rows);
}

function settings(belongs: (spec: SettingSpec) => boolean): string {
  const rows = SETTINGS.filter(belongs).map((spec) => [
    code(nameOfSetting(spec)),
    spec.title === spec.key.replaceAll('_', ' ') ? '' : spec.title,
    valuesOf(spec.domain),
    needsOf(spec),
  ]);
  return table(['key', 'what', 'may be', 'needs'], rows);
}

function valuesOf(domain: SettingDomain): string {
  if (domain.kind !== 'fields') return describeDomain(domain);
  const fields = Object.entries(domain.fields).map(
    ([key, inner]) => `${code(key)}: ${describeDomain(inner)}`,
  );
  return fields.join('; ');
}

function needsOf({ plan, valuePlans, addOn, fixed }: SettingSpec): string {
  if (fixed === true) return 'cannot be changed';
  return [
    ...(plan === undefined ? [] : [plan]),
    ...Object.entries(valuePlans ?? {}).map(([value, tier]) => `${tier} for ${code(value)}`),
    ...(addOn === undefined ? [] : [addOn]),
  ].join('; ');
}
