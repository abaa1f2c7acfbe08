/**
 * A template file (JSON, or the same as YAML) read and checked: every mistake with its line. Unknown properties are
 * ignored, as the draft asks, unless the template calls them critical.
 */
import type { Parsed } from '../../base/problem.ts';
import { fault } from '../../dns/fault.ts';
import {
  type MapContext,
  readFlag,
  readText,
  readTexts,
  report,
  warn,
  wrongType,
} from '../../dns/source-map.ts';
import { SourceProblems } from '../../dns/source-problems.ts';
import { entryOf, readYaml, type SourceMap } from '../../dns/yaml-source.ts';
import { recordFields } from './record-fields.ts';
import { isSpf, parseSpfRules } from './spf.ts';
import type { Essential, Template, TemplateRecord, TxtConflictMode } from './template.ts';
import { variablesIn } from './variables.ts';

export const RECORDS_MAX = 100;
const TEMPLATE_CHARS_MAX = 262_144;
const ID = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;

const PROPERTIES: readonly string[] = [
  'providerId',
  'providerName',
  'serviceId',
  'serviceName',
  'version',
  'templateSpecVersion',
  'logoUrl',
  'description',
  'variableDescription',
  'syncBlock',
  'shared',
  'sharedProviderName',
  'sharedServiceName',
  'syncPubKeyDomain',
  'syncRedirectDomain',
  'multiInstance',
  'warnPhishing',
  'hostRequired',
  'crit',
  'records',
  'vnd.zoneward.source',
  'vnd.zoneward.checked',
];
const RECORD_PROPERTIES: readonly string[] = [
  'type',
  'groupId',
  'essential',
  'crit',
  'txtConflictMatchingMode',
  'txtConflictMatchingPrefix',
];

/** Reads one template. `file` is what messages call it. */
export function parseTemplate(text: string, options: { readonly file?: string } = {}): Parsed<Template> {
  const problems = new SourceProblems(text, options.file);
  const context: MapContext = { problems, subject: 'template' };
  const failed = (): Parsed<Template> => ({ ok: false, problems: problems.list() });
  if (text.length > TEMPLATE_CHARS_MAX) {
    report(
      context,
      0,
      fault('template-too-large', `the template has ${text.length} characters`, 'Split it.'),
    );
    return failed();
  }
  const root = readYaml(text, problems);
  if (root?.kind !== 'map') {
    if (!problems.hasErrors)
      report(context, 0, fault('template-invalid', 'this is no template', 'A template is a JSON object.'));
    return failed();
  }
  const template = readTemplate(root, context);
  if (problems.hasErrors) return failed();
  return { ok: true, value: template, problems: problems.list() };
}

function readTemplate(root: SourceMap, context: MapContext): Template {
  refuseCritical(root, PROPERTIES, context);
  const spec = readText(root, 'templateSpecVersion', context);
  if (spec !== undefined && spec !== '1')
    report(
      context,
      offsetOf(root, 'templateSpecVersion'),
      fault(
        'template-version',
        `version ${spec} of the template specification is not known`,
        'Version 1 is.',
      ),
    );
  const url = readText(root, 'vnd.zoneward.source', context);
  const checked = readText(root, 'vnd.zoneward.checked', context);
  return {
    providerId: readId(root, 'providerId', context),
    providerName: readRequired(root, 'providerName', context),
    serviceId: readId(root, 'serviceId', context),
    serviceName: readRequired(root, 'serviceName', context),
    version: readVersion(root, context),
    description: readText(root, 'description', context) ?? null,
    variableDescription: readText(root, 'variableDescription', context) ?? null,
    multiInstance: readFlag(root, 'multiInstance', context) ?? false,
    hostRequired: readFlag(root, 'hostRequired', context) ?? false,
    records: readRecords(root, context),
    source: url === undefined ? null : { url, checked: checked ?? null },
  };
}

function readRequired(map: SourceMap, key: string, context: MapContext): string {
  const text = readText(map, key, context);
  if (text !== undefined && text !== '') return text;
  if (entryOf(map, key) === undefined || text === '')
    report(context, map.offset, fault('template-property-missing', `${key} is missing`, `Add ${key}.`));
  return '';
}

function readId(map: SourceMap, key: string, context: MapContext): string {
  const id = readRequired(map, key, context);
  if (id !== '' && !ID.test(id))
    report(
      context,
      offsetOf(map, key),
      fault('template-id-invalid', `${key} is ${JSON.stringify(id)}`, 'Use letters, digits, dots, - and _.'),
    );
  return id;
}

function readVersion(map: SourceMap, context: MapContext): number | null {
  const text = readText(map, 'version', context);
  if (text === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  // Of no consequence for what is applied, and wrong in templates that are in use.
  warn(
    context,
    offsetOf(map, 'version'),
    fault('template-version', `version is ${JSON.stringify(text)}, not a whole number`, 'It is ignored.'),
  );
  return null;
}

function readRecords(root: SourceMap, context: MapContext): TemplateRecord[] {
  const entry = entryOf(root, 'records');
  if (entry === undefined) {
    report(context, root.offset, fault('template-property-missing', 'records is missing', 'Add records.'));
    return [];
  }
  if (entry.value.kind !== 'list') {
    wrongType(entry, 'a list of records', context);
    return [];
  }
  const { items } = entry.value;
  if (items.length === 0 || items.length > RECORDS_MAX) {
    const what = `there are ${items.length} records`;
    report(context, entry.keyOffset, fault('template-records', what, `Give 1 to ${RECORDS_MAX} records.`));
    return [];
  }
  return items.flatMap((item, index) => {
    const at: MapContext = { ...context, subject: `record ${index + 1}` };
    if (item.kind === 'map') return readRecord(item, at) ?? [];
    report(
      at,
      item.offset,
      fault('template-record-invalid', 'this is no record', 'A record is a JSON object.'),
    );
    return [];
  });
}

function readRecord(map: SourceMap, context: MapContext): TemplateRecord | undefined {
  const type = readText(map, 'type', context);
  if (type === undefined) {
    if (entryOf(map, 'type') === undefined)
      report(context, map.offset, fault('template-property-missing', 'type is missing', 'Add type.'));
    return undefined;
  }
  const at: MapContext = { ...context, subject: `${context.subject}, ${type}` };
  const known = recordFields(type);
  if (known === undefined) {
    const next = 'Use a type that Cloudflare has, SPFM, APEXCNAME or REDIR301.';
    return report(
      at,
      offsetOf(map, 'type'),
      fault('template-type-unknown', `there is no type ${type}`, next),
    );
  }
  refuseCritical(map, [...RECORD_PROPERTIES, ...Object.keys(known)], at);
  const fields: Record<string, string> = {};
  for (const [key, { required }] of Object.entries(known)) {
    const text = readText(map, key, at);
    if (text !== undefined) fields[key] = text;
    else if (required && entryOf(map, key) === undefined)
      report(at, map.offset, fault('template-field-missing', `${key} is missing`, `Add ${key}.`));
  }
  checkFields({ type, fields }, map, at);
  return {
    type,
    groupId: readText(map, 'groupId', at) ?? null,
    essential: readWord<Essential>(map, 'essential', ['Always', 'OnApply'], at),
    txtConflict: readTxtConflict(map, at),
    fields,
    position: context.problems.position(map.offset),
  };
}

function readWord<Word extends string>(
  map: SourceMap,
  key: string,
  words: readonly [Word, ...Word[]],
  context: MapContext,
): Word {
  const text = readText(map, key, context);
  if (text === undefined) return words[0];
  const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const message = `${key} is ${JSON.stringify(text)}`;
  report(context, offsetOf(map, key), fault('template-word-unknown', message, `Use ${words.join(', ')}.`));
  return words[0];
}

function readTxtConflict(map: SourceMap, context: MapContext): TemplateRecord['txtConflict'] {
  const mode = readWord<TxtConflictMode>(map, 'txtConflictMatchingMode', ['None', 'All', 'Prefix'], context);
  const prefix = readText(map, 'txtConflictMatchingPrefix', context) ?? '';
  if (mode !== 'Prefix') return { mode, prefix: '' };
  const next = 'Give the beginning of the texts that must give way, without variables.';
  if (prefix === '' || variablesIn(prefix).length > 0)
    report(
      context,
      map.offset,
      fault('template-prefix-missing', 'txtConflictMatchingPrefix is missing or has a variable', next),
    );
  return { mode, prefix };
}

/** What can be judged before any variable has a value. */
function checkFields(
  record: Pick<TemplateRecord, 'type' | 'fields'>,
  map: SourceMap,
  context: MapContext,
): void {
  const { type, fields } = record;
  for (const [key, text] of Object.entries(fields)) {
    const broken = /%[^%\s]*[^%\sA-Za-z0-9_-][^%\s]*%/.exec(text)?.[0];
    if (broken === undefined || recordFields(type)?.[key]?.kind !== 'name') continue;
    const next = 'Use letters, digits, - and _.';
    report(context, offsetOf(map, key), fault('template-variable-invalid', `${broken} is no variable`, next));
  }
  const { spfRules, data } = fields;
  if (spfRules !== undefined && variablesIn(spfRules).length === 0) {
    const rules = parseSpfRules(spfRules);
    if ('fault' in rules) report(context, offsetOf(map, 'spfRules'), rules);
  }
  if (type === 'TXT' && data === '')
    report(
      context,
      offsetOf(map, 'data'),
      fault('template-field-missing', 'data is empty', 'Write the text.'),
    );
  if (type === 'TXT' && data !== undefined && isSpf(data)) {
    const what = 'this writes a whole SPF record, which fits no name that has one already';
    warn(context, offsetOf(map, 'data'), fault('template-spf', what, 'Use the type SPFM.'));
  }
}

function refuseCritical(map: SourceMap, known: readonly string[], context: MapContext): void {
  const critical = readTexts(map, 'crit', context) ?? [];
  for (const name of critical) {
    if (known.includes(name) || entryOf(map, name) === undefined) continue;
    report(
      context,
      offsetOf(map, 'crit'),
      fault(
        'template-critical',
        `${name} must be understood, and is not known here`,
        'This cannot be applied.',
      ),
    );
  }
}

function offsetOf(map: SourceMap, key: string): number {
  return entryOf(map, key)?.value.offset ?? map.offset;
}
