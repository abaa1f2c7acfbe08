/**
 * The JSON Schema (draft 2020-12) of the zone document, for editors. It follows from the same tables as the parser;
 * the parser is the judge and knows more (names, ranges of a plan, conflicts).
 */
import type { FieldKind } from './field-kind.ts';
import { rdataFields } from './rdata-fields.ts';
import { RECORD_TYPES, type RecordType } from './record.ts';
import { ZONE_DOCUMENT_VERSION } from './zone-document.ts';
import { LOC_KEYS, RECORD_SETTINGS, typedKeys } from './zone-document-record.ts';

type Schema = Readonly<Record<string, unknown>>;

const COMMON: Schema = {
  name: {
    type: 'string',
    description: 'Relative to the zone, or full. "@" is the zone itself; a first label * is a wildcard.',
  },
  ttl: {
    description: 'auto, seconds, or units such as 1h30m.',
    oneOf: [
      { const: 'auto' },
      { const: 1, description: 'The same as auto, as in the Cloudflare API.' },
      { type: 'integer', minimum: 30, maximum: 86_400 },
      { type: 'string', pattern: '^([0-9]+[smhdwSMHDW])+$' },
    ],
  },
  proxied: { type: 'boolean', description: 'Through Cloudflare; A, AAAA and CNAME only.' },
  comment: { type: 'string', maxLength: 500, description: 'One line. Empty for none.' },
  tags: {
    type: 'array',
    items: { type: 'string', pattern: '^[A-Za-z0-9_-]+(:.*)?$' },
    description: 'name or name:value.',
  },
  settings: {
    oneOf: [
      { type: 'array', items: { enum: RECORD_SETTINGS } },
      {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(RECORD_SETTINGS.map((setting) => [setting, { type: 'boolean' }])),
      },
    ],
  },
  privateRouting: { type: 'boolean' },
};

/** `{type: A, content}` or `{type: MX, preference, exchange}`. */
function recordSchema(type: RecordType): Schema {
  const typed = typedKeys(type);
  const content = { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] };
  const optional = ['params', 'size', 'horizontalPrecision', 'verticalPrecision', 'priority'];
  const isPriorityOptional = type === 'MX';
  const required = typed.filter(
    (key) => !optional.includes(key) || (key === 'priority' && !isPriorityOptional),
  );
  const alternatives =
    type === 'MX'
      ? [
          ['preference', 'exchange'],
          ['priority', 'exchange'],
        ]
      : [required];
  return {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'type'],
    anyOf: [{ required: ['content'] }, ...alternatives.map((keys) => ({ required: keys }))],
    properties: { ...COMMON, type: { const: type }, content, ...typedSchema(type) },
  };
}

function typedSchema(type: RecordType): Schema {
  if (type === 'LOC') return Object.fromEntries(LOC_KEYS.map((key) => [key, { type: ['string', 'number'] }]));
  const fields = rdataFields(type).map(({ key, kind }) => [key, fieldSchema(kind)] as const);
  const priority =
    type === 'MX' ? { priority: { type: 'integer', description: 'The same as preference.' } } : {};
  return { ...Object.fromEntries(fields), ...priority };
}

function fieldSchema(kind: FieldKind<unknown>): Schema {
  // Numbers may be written as their mnemonics (PKIX, RSASHA256), and TXT as a number that is its text.
  return {
    type: kind.json === 'integer' ? ['integer', 'string'] : ['string', 'number'],
    description: kind.expects,
  };
}

export const ZONE_DOCUMENT_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Zoneward zone document',
  description:
    'The DNS records that a zone should have: all of them, or those that `manage` names. A field that is not named stays.',
  type: 'object',
  additionalProperties: false,
  required: ['zone'],
  properties: {
    $schema: { type: 'string' },
    version: { enum: [ZONE_DOCUMENT_VERSION, Number(ZONE_DOCUMENT_VERSION)] },
    zone: { type: 'string', description: 'The name of the zone: example.com' },
    records: { type: 'array', items: { $ref: '#/$defs/record' } },
    manage: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ignore: { type: 'array', items: { oneOf: [{ type: 'string' }, { $ref: '#/$defs/ignoreRule' }] } },
        only: { type: 'array', items: { type: 'string' }, description: 'Patterns of the names to manage.' },
      },
    },
    settings: { type: 'object', description: 'Settings of the zone: see plan/settings-schema.ts.' },
    tls: { type: 'object', description: 'SSL/TLS: see plan/settings-schema.ts.' },
  },
  $defs: {
    record: {
      type: 'object',
      required: ['name', 'type'],
      properties: { type: { enum: RECORD_TYPES } },
      // Conditions instead of alternatives: an editor then tells what is wrong with the record of this type.
      allOf: RECORD_TYPES.map((type) => ({
        if: { properties: { type: { const: type } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { $ref: `#/$defs/${type}` },
      })),
    },
    ...Object.fromEntries(RECORD_TYPES.map((type) => [type, recordSchema(type)])),
    ignoreRule: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', description: 'A name or pattern; * is any run of characters.' },
        type: { type: 'string' },
        reason: { type: 'string' },
      },
    },
  },
};
