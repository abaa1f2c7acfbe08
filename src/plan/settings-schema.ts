/**
 * The JSON Schema of a whole zone document: the records' schema of the `dns` room, with `settings:` and `tls:` from
 * the catalogue. For editors; the reader (desired-settings.ts) is the judge.
 */
import { ZONE_DOCUMENT_SCHEMA } from '../dns/zone-document-schema.ts';
import { describeDomain, type SettingDomain } from './setting-domain.ts';
import { SETTINGS, type SettingSpec } from './settings-catalogue.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Keys of `settings:` are Cloudflare's; those of `tls:` may also be ours (`mode` for `ssl`). */
export const DOCUMENT_SCHEMA: Schema = {
  ...ZONE_DOCUMENT_SCHEMA,
  description:
    'What a zone should have: all its records, or those that `manage` names; and settings. A field or a setting that is not named stays.',
  properties: {
    ...(ZONE_DOCUMENT_SCHEMA['properties'] as Schema),
    settings: sectionSchema(SETTINGS.filter(isSettable), (spec) => [spec.key, ...namesInTls(spec)]),
    tls: sectionSchema(
      SETTINGS.filter((spec) => isSettable(spec) && spec.tlsName !== undefined),
      (spec) => [...namesInTls(spec), spec.key],
    ),
  },
};

function isSettable(spec: SettingSpec): boolean {
  return spec.fixed !== true;
}

function namesInTls({ tlsName }: SettingSpec): string[] {
  return tlsName === undefined ? [] : [tlsName];
}

function sectionSchema(
  specs: readonly SettingSpec[],
  namesOf: (spec: SettingSpec) => readonly string[],
): Schema {
  const properties = specs.flatMap((spec) => {
    const schema = { title: spec.title, ...domainSchema(spec.domain) };
    return namesOf(spec).map((name) => [name, schema] as const);
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

function domainSchema(domain: SettingDomain): Schema {
  const description = describeDomain(domain);
  switch (domain.kind) {
    case 'switch':
      return { description, enum: ['on', 'off', true, false] };
    case 'flag':
      return { description, enum: [true, false, 'on', 'off'] };
    case 'choice':
      return { description, enum: domain.values.flatMap(spellings) };
    case 'number':
      return { description, type: 'integer', minimum: domain.min, maximum: domain.max };
    case 'text':
      return { description, type: domain.nullable === true ? ['string', 'null'] : 'string' };
    case 'texts':
      return {
        description,
        type: 'array',
        items: domain.known === undefined ? { type: 'string' } : { enum: domain.known },
      };
    case 'fields': {
      const fields = Object.entries(domain.fields).map(([key, field]) => [key, domainSchema(field)] as const);
      const map = { type: 'object', additionalProperties: false, properties: Object.fromEntries(fields) };
      if (domain.words === undefined) return { description, ...map };
      return { description, oneOf: [{ enum: ['on', 'off', true, false] }, map] };
    }
    default:
      return domain satisfies never;
  }
}

/** In YAML `1.2` is a number, and `on` of a choice may be written `true` by other tools. */
function spellings(value: string | number): (string | number)[] {
  const number = Number(value);
  return typeof value === 'string' && /^\d/.test(value) && String(number) === value
    ? [value, number]
    : [value];
}
