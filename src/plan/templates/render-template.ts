/**
 * A template with its variables filled in, at a host of a zone: the records that it wants, checked as those of any
 * source. Every problem names its record and its variable; with an error among them nothing may be planned.
 */
import type { Parsed, Problem } from '../../base/problem.ts';
import { type Fault, faultToProblem } from '../../dns/fault.ts';
import { type DomainName, formatRelative, isInZone, parseName, toUnicode } from '../../dns/name.ts';
import { parseRdata, parseRecordType, parseTxtContent } from '../../dns/rdata-text.ts';
import { type DesiredRecord, isProxiableType, type OmittedRecord, type Rdata } from '../../dns/record.ts';
import { suggest } from '../../dns/suggest.ts';
import { carriedTtl } from '../../dns/ttl.ts';
import { isRedirect, recordFields } from './record-fields.ts';
import { parseSpfRules } from './spf.ts';
import { type Template, type TemplateRecord, templateTitle } from './template.ts';
import { BUILT_IN_VARIABLES, fillIn, valueFault, variablesIn } from './variables.ts';

export interface TemplateInput {
  readonly zone: DomainName;
  /** Below the zone; empty for the zone itself. */
  readonly host: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Only these groups; null for all. */
  readonly groups: readonly string[] | null;
  /** Leaves out what DNS records cannot do (redirects), instead of refusing the template. */
  readonly omitUnsupported: boolean;
}

export interface RenderedRecord extends Pick<TemplateRecord, 'essential' | 'groupId' | 'txtConflict'> {
  readonly desired: DesiredRecord;
}

export interface RenderedSpf {
  readonly name: DomainName;
  readonly groupId: string | null;
  readonly rules: readonly string[];
}

export interface Rendered {
  /** `www`, in A-labels; empty for the zone itself. */
  readonly host: string;
  readonly records: readonly RenderedRecord[];
  readonly spf: readonly RenderedSpf[];
  readonly omitted: readonly OmittedRecord[];
  /** The variables that were used. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The variables that the groups of a template ask for, in order of appearance. */
export function variablesOf(template: Template, groups: readonly string[] | null = null): string[] {
  const texts = activeRecords(template, groups).flatMap(({ fields }) => Object.values(fields));
  const names = texts.flatMap(variablesIn).filter((name) => !BUILT_IN_VARIABLES.includes(name));
  return [...new Set(names)];
}

export function groupsOf(template: Template): string[] {
  return [...new Set(template.records.flatMap(({ groupId }) => groupId ?? []))];
}

export function activeRecords(
  template: Template,
  groups: readonly string[] | null,
): readonly TemplateRecord[] {
  if (groups === null) return template.records;
  return template.records.filter(({ groupId }) => groupId === null || groups.includes(groupId));
}

export function renderTemplate(template: Template, input: TemplateInput): Parsed<Rendered> {
  const scope = readScope(template, input);
  if (!scope.ok) return scope;
  const used = variablesOf(template, input.groups);
  const problems: Problem[] = [...checkGroups(template, input), ...checkVariables(template, input, used)];
  const values = new Map([
    ...used.flatMap((name): [string, string][] => {
      const value = input.variables[name];
      return value === undefined ? [] : [[name, value]];
    }),
    ['domain', input.zone as string],
    ['host', scope.value.host],
    ['fqdn', scope.value.fqdn as string],
  ]);
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const records: RenderedRecord[] = [];
  const spf: RenderedSpf[] = [];
  const omitted: OmittedRecord[] = [];
  for (const record of activeRecords(template, input.groups)) {
    const one = renderRecord(record, { ...scope.value, zone: input.zone, values });
    problems.push(...one.problems);
    if (one.kind === 'record') records.push(one.record);
    else if (one.kind === 'spf') spf.push(one.spf);
    else if (one.kind === 'redirect') omitted.push(one.omitted);
  }
  if (!input.omitUnsupported) problems.push(...omitted.map(refuseRedirect));
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const variables = Object.fromEntries(used.map((name) => [name, input.variables[name] ?? '']));
  return { ok: true, value: { host: scope.value.host, records, spf, omitted, variables }, problems };
}

interface Scope {
  readonly host: string;
  readonly fqdn: DomainName;
}

function readScope(template: Template, { zone, host }: TemplateInput): Parsed<Scope> {
  const refuse = (code: string, message: string, next: string): Parsed<Scope> => ({
    ok: false,
    problems: [{ code, severity: 'error', message, next, subject: 'host' }],
  });
  if (host === '' || host === '@') {
    if (!template.hostRequired) return { ok: true, value: { host: '', fqdn: zone }, problems: [] };
    const message = `${templateTitle(template)} is made for a host below ${toUnicode(zone)}, and none is given`;
    return refuse('template-host-required', message, 'Give the host, such as www.');
  }
  const parsed = parseName(host, { origin: zone });
  if (!parsed.ok) return { ok: false, problems: parsed.problems };
  const fqdn = parsed.value;
  const isBelow = isInZone(fqdn, zone) && fqdn !== zone && !fqdn.includes('*');
  // `www.example.com` without a dot would become `www.example.com.example.com`, and the zone's name twice itself.
  if (!isBelow || `.${fqdn}`.endsWith(`.${zone}.${zone}`))
    return refuse(
      'template-host-invalid',
      `${host} is no host below ${toUnicode(zone)}`,
      'Write it like www.',
    );
  return { ok: true, value: { host: formatRelative(fqdn, zone), fqdn }, problems: [] };
}

function checkGroups(template: Template, { groups }: TemplateInput): Problem[] {
  const known = groupsOf(template);
  const unknown = groups?.find((group) => !known.includes(group));
  if (unknown === undefined) return [];
  const next =
    known.length === 0 ? 'It has no groups: leave them out.' : `Its groups are: ${known.join(', ')}.`;
  const message = `the template has no group ${JSON.stringify(unknown)}`;
  return [{ code: 'template-group-unknown', severity: 'error', message, next, subject: 'group' }];
}

function checkVariables(
  template: Template,
  { variables, groups }: TemplateInput,
  used: readonly string[],
): Problem[] {
  const missing = used.filter((name) => variables[name] === undefined);
  const problems: Problem[] = missing.map((name) => ({
    code: 'variable-missing',
    severity: 'error',
    message: `the variable ${name} has no value`,
    next: `--var ${name}=…${template.variableDescription === null ? '' : ` (${template.variableDescription})`}`,
    subject: name,
  }));
  for (const name of Object.keys(variables)) {
    if (used.includes(name)) continue;
    if (BUILT_IN_VARIABLES.includes(name)) {
      const next = 'Leave it out: it follows from the zone and the host.';
      const message = `${name} cannot be given a value`;
      problems.push({ code: 'variable-built-in', severity: 'error', message, next, subject: name });
      continue;
    }
    const near = suggest(name, used);
    const next =
      near === undefined ? `Its variables are: ${used.join(', ') || 'none'}.` : `Did you mean ${near}?`;
    const message = `the template has no variable ${JSON.stringify(name)}`;
    problems.push({ code: 'variable-unknown', severity: 'error', message, next, subject: name });
  }
  for (const record of activeRecords(template, groups)) problems.push(...valueProblems(record, variables));
  return uniqueProblems(problems);
}

/** Each value judged by every field that it goes into. */
function valueProblems(record: TemplateRecord, variables: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(record.fields).flatMap(([key, text]) => {
    const kind = recordFields(record.type)?.[key]?.kind;
    if (kind === undefined) return [];
    return variablesIn(text).flatMap((name): Problem[] => {
      const value = variables[name];
      if (value === undefined) return [];
      const wrong: Fault | null = valueFault(value, { kind, whole: text === `%${name}%` });
      return wrong === null ? [] : [faultToProblem(wrong, { subject: `the variable ${name} (in ${key})` })];
    });
  });
}

function uniqueProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ message }) => !seen.has(message) && seen.add(message));
}

interface Filling extends Scope {
  readonly zone: DomainName;
  readonly values: ReadonlyMap<string, string>;
}

type One = { readonly problems: readonly Problem[] } & (
  | { readonly kind: 'record'; readonly record: RenderedRecord }
  | { readonly kind: 'spf'; readonly spf: RenderedSpf }
  | { readonly kind: 'redirect'; readonly omitted: OmittedRecord }
  | { readonly kind: 'none' }
);

function renderRecord(record: TemplateRecord, filling: Filling): One {
  const { type, groupId, essential, txtConflict, position } = record;
  const field = (key: string): string => fillIn(record.fields[key] ?? '', filling.values);
  const place = position === undefined ? {} : { position };
  const none = (problems: readonly Problem[]): One => ({
    kind: 'none',
    problems: problems.map((problem) => ({ subject: type, ...place, ...problem })),
  });
  const name = readHost(record, field(type === 'SRV' ? 'name' : 'host'), filling);
  if (!name.ok) return none(name.problems);
  if (isRedirect(type)) {
    const reason = `a redirect to ${field('target')} is no DNS record; make it a redirect rule at Cloudflare`;
    return { kind: 'redirect', omitted: { name: name.value, type, reason, ...place }, problems: [] };
  }
  if (type === 'SPFM') {
    const rules = parseSpfRules(field('spfRules'));
    if ('fault' in rules) return none([faultToProblem(rules.fault, { subject: type })]);
    return { kind: 'spf', spf: { name: name.value, groupId, rules: rules.value }, problems: [] };
  }
  if ((type === 'NS' || type === 'APEXCNAME') && (name.value === filling.zone) !== (type === 'APEXCNAME')) {
    const where = type === 'NS' ? 'the nameservers of the zone itself' : 'a name below the zone';
    return none([
      {
        code: 'template-record-misplaced',
        severity: 'error',
        message: `${type}: the template would write ${where}`,
        next: type === 'NS' ? 'Give a host.' : 'Leave the host out.',
      },
    ]);
  }
  const rdata = rdataOf(type, field, filling);
  if (!rdata.ok) return none(rdata.problems);
  const { ttl, warnings } = ttlOf(field('ttl'), type);
  const desired: DesiredRecord = {
    name: serviceName(type, field, name.value),
    rdata: rdata.value,
    ttl,
    // A proxied name answers with Cloudflare's addresses, and the service would not find its own.
    ...(isProxiableType(rdata.value.type) ? { proxied: false } : {}),
    ...place,
  };
  return { kind: 'record', record: { desired, essential, groupId, txtConflict }, problems: warnings };
}

/** `@` and empty are the place where the template is applied; a trailing dot that the template's author wrote is absolute. */
function readHost(record: TemplateRecord, text: string, { zone, fqdn }: Filling): Parsed<DomainName> {
  const parsed = text === '' || text === '@' ? null : parseName(text, { origin: fqdn });
  if (parsed === null) return { ok: true, value: fqdn, problems: [] };
  if (!parsed.ok || isInZone(parsed.value, zone)) return parsed;
  const message = `${record.type}: ${toUnicode(parsed.value)} is not in ${toUnicode(zone)}`;
  const next = 'A template may write only into the zone that it is applied to.';
  return { ok: false, problems: [{ code: 'template-record-outside', severity: 'error', message, next }] };
}

/** An SRV record stands at `_service._protocol` before its name. */
function serviceName(type: string, field: (key: string) => string, name: DomainName): DomainName {
  if (type !== 'SRV') return name;
  return `${underscored(field('service'))}.${underscored(field('protocol'))}.${name}`.toLowerCase() as DomainName;
}

function underscored(label: string): string {
  return label.startsWith('_') ? label : `_${label}`;
}

function rdataOf(type: string, field: (key: string) => string, filling: Filling): Parsed<Rdata> {
  const host = (key: string): string => absolute(field(key), filling);
  switch (type) {
    case 'A':
    case 'AAAA':
      return parseRdata(type, field('pointsTo'));
    case 'CNAME':
    case 'NS':
      return parseRdata(type, host('pointsTo'));
    case 'APEXCNAME':
      return parseRdata('CNAME', host('pointsTo'));
    case 'MX':
      return parseRdata('MX', `${field('priority')} ${host('pointsTo')}`);
    case 'SRV': {
      const numbers = [field('priority'), field('weight'), field('port')].join(' ');
      return parseRdata('SRV', `${numbers} ${host('target')}`);
    }
    case 'TXT': {
      const read = parseTxtContent(field('data'));
      if ('value' in read) return { ok: true, value: { type: 'TXT', text: read.value }, problems: [] };
      return { ok: false, problems: [faultToProblem(read.fault, { subject: 'TXT' })] };
    }
    default: {
      const known = parseRecordType(type);
      if (known === undefined) throw new Error(`bug: ${type} was parsed and is not known`);
      return parseRdata(known, field('data'));
    }
  }
}

/** Host targets are absolute, with a trailing dot or without; `@` is where the template is applied. */
function absolute(text: string, { fqdn }: Filling): string {
  if (text === '@') return `${fqdn}.`;
  return text.endsWith('.') ? text : `${text}.`;
}

function ttlOf(
  text: string,
  type: string,
): { readonly ttl: NonNullable<DesiredRecord['ttl']>; readonly warnings: readonly Problem[] } {
  if (!/^\d{1,10}$/.test(text)) return { ttl: 'auto', warnings: [] };
  const { ttl, warning } = carriedTtl(Number(text));
  if (warning === undefined) return { ttl, warnings: [] };
  return { ttl, warnings: [{ ...faultToProblem(warning, { subject: type }), severity: 'warning' }] };
}

function refuseRedirect({ name, type, reason, position }: OmittedRecord): Problem {
  return {
    code: 'template-redirect',
    severity: 'error',
    message: `${toUnicode(name)} ${type}: ${reason}`,
    next: 'Apply the rest without it: --omit-unsupported. Or choose groups without it: --group NAME.',
    subject: type,
    ...(position === undefined ? {} : { position }),
  };
}
