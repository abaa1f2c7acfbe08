/**
 * From a rendered template to drafts of changes in a zone: conflicting records give way, an earlier instance is replaced,
 * instances that lose an essential record end whole, SPF rules are merged. Nothing is lost silently: everything that
 * goes is a draft with its reason told. Pure: the same zone and the same instances give the same drafts.
 */
import { hasErrors, type Problem } from '../../base/problem.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import { type DesiredRecord, typeOf } from '../../dns/record.ts';
import { describeRecord, recordKey } from '../../dns/record-key.ts';
import { compareText } from '../compare-text.ts';
import { type Draft, diffRecords } from '../diff.ts';
import { conflictReason } from './conflicts.ts';
import { recordsOf, rulesOf } from './ownership.ts';
import type { Rendered, RenderedRecord } from './render-template.ts';
import { formatSpf, isSpf, mergeSpf, parseSpf, type Spf, spfFault, withoutRules } from './spf.ts';
import {
  type OwnedRecord,
  type OwnedSpf,
  type Template,
  type TemplateInstance,
  type TemplateInstanceId,
  templateKey,
  templateTitle,
} from './template.ts';

export interface TemplateDraft {
  readonly drafts: readonly Draft[];
  readonly problems: readonly Problem[];
  /** What the instance will hold; null when instances only end. */
  readonly instance: Omit<TemplateInstance, 'id'> | null;
  /** The instances that end with this. */
  readonly ends: readonly TemplateInstanceId[];
}

export interface ZoneWithInstances {
  readonly zone: DomainName;
  readonly live: readonly LiveRecord[];
  /** Those in force. */
  readonly instances: readonly TemplateInstance[];
}

/** Applies. With `groups`, only theirs is written anew, and the rest of the instance stays. */
export function draftTemplate(
  template: Template,
  rendered: Rendered,
  scene: ZoneWithInstances & { readonly groups: readonly string[] | null },
): TemplateDraft {
  const { zone, live, instances, groups } = scene;
  const wanted = new Map(rendered.records.map((record) => [recordKey(record.desired), record]));
  const previous = template.multiInstance
    ? undefined
    : instances.find((one) => templateKey(one) === templateKey(template) && one.host === rendered.host);
  const carried = previous === undefined || groups === null ? null : carryOver(previous, groups);
  const conflicts = findConflicts(rendered, scene, wanted);
  const ended = instances.filter((one) => one === previous || losesEssential(one, conflicts.keys));
  const staying = instances.filter((one) => !ended.includes(one));
  const ending = ended.map((one) => (one === previous && carried !== null ? carried.ending : one));
  const keeping = carried === null ? staying : [...staying, { ...carried.staying, id: '' as never }];
  const goes = recordsOf(ending, keeping);
  const leaving = live.filter(({ fields }) => {
    const key = recordKey(fields);
    return !wanted.has(key) && (conflicts.keys.has(key) || goes.has(key));
  });
  const spf = draftSpf(rendered, { zone, live, ending, staying: keeping });
  const there = new Map(live.map((record) => [recordKey(record.fields), record]));
  const missing = rendered.records.filter(({ desired }) => !there.has(recordKey(desired)));
  const remaining = live.filter((record) => !leaving.includes(record));
  const created = withSharedTtl(missing, remaining);
  const problems = [
    ...conflicts.problems,
    ...ended.filter((one) => one !== previous).map(endsProblem),
    ...rendered.records.flatMap((record) => proxiedProblem(record, there.get(recordKey(record.desired)))),
    ...spf.problems,
  ];
  const records = ownedRecords(rendered, { there, instances, leaving });
  return {
    drafts: hasErrors(problems) ? [] : [...diffRecords(leaving, created), ...spf.drafts],
    problems,
    instance: {
      providerId: template.providerId,
      serviceId: template.serviceId,
      title: templateTitle(template),
      version: template.version,
      multiInstance: template.multiInstance,
      host: rendered.host,
      variables: { ...(carried === null ? {} : previous?.variables), ...rendered.variables },
      records: [...(carried?.staying.records ?? []), ...records],
      spf: [...(carried?.staying.spf ?? []), ...spf.owned],
    },
    ends: ended.map(({ id }) => id),
  };
}

/** Takes an instance away: what it added and nobody else holds, as long as it is as it was written. */
export function draftTemplateRemoval(
  instance: TemplateInstance,
  { zone, live, instances }: ZoneWithInstances,
): TemplateDraft {
  const staying = instances.filter((one) => one.id !== instance.id);
  const goes = recordsOf([instance], staying);
  const leaving = live.filter(({ fields }) => goes.has(recordKey(fields)));
  const nothing: Rendered = { host: instance.host, records: [], spf: [], omitted: [], variables: {} };
  const spf = draftSpf(nothing, { zone, live, ending: [instance], staying });
  const there = new Set(live.map(({ fields }) => recordKey(fields)));
  const altered = instance.records
    .filter((record) => record.added && !there.has(recordKey(record)))
    .map(
      (record): Problem => ({
        code: 'template-record-altered',
        severity: 'warning',
        message: `${describeRecord(record)} is not there any more as the template wrote it; nothing is taken back for it`,
        subject: `${record.name} ${typeOf(record.rdata)}`,
      }),
    );
  return {
    drafts: [...leaving.map((before): Draft => ({ action: 'delete', before })), ...spf.drafts],
    problems: [...altered, ...spf.problems],
    instance: null,
    ends: [instance.id],
  };
}

/** Cuts an instance by groups: what is written anew, and what stays as it is. */
function carryOver(
  previous: TemplateInstance,
  groups: readonly string[],
): { readonly ending: TemplateInstance; readonly staying: TemplateInstance } {
  const inGroups = ({ groupId }: { readonly groupId: string | null }): boolean =>
    groupId === null || groups.includes(groupId);
  const part = (keep: (one: { readonly groupId: string | null }) => boolean): TemplateInstance => ({
    ...previous,
    records: previous.records.filter(keep),
    spf: previous.spf.filter(keep),
  });
  return { ending: part(inGroups), staying: part((one) => !inGroups(one)) };
}

interface Conflicts {
  readonly keys: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

function findConflicts(
  rendered: Rendered,
  { zone, live }: ZoneWithInstances,
  wanted: ReadonlyMap<string, RenderedRecord>,
): Conflicts {
  const merged = new Set(rendered.spf.map(({ name }) => name));
  const keys = new Set<string>();
  const problems: Problem[] = [];
  for (const record of live) {
    const { fields } = record;
    if (wanted.has(recordKey(fields))) continue;
    // What is merged is not pushed out.
    if (fields.rdata.type === 'TXT' && isSpf(fields.rdata.text) && merged.has(fields.name)) continue;
    const spfHost = rendered.spf.find(({ name }) => name === fields.name && fields.rdata.type === 'CNAME');
    const cause = rendered.records
      .map((one) => conflictReason(one, fields, zone))
      .find((reason) => reason !== null);
    const reason =
      cause ?? (spfHost !== undefined && fields.name !== zone ? 'a CNAME stands alone at its name' : null);
    if (reason === null) continue;
    keys.add(recordKey(fields));
    problems.push(conflictProblem(record, reason));
  }
  return { keys, problems: problems.sort((a, b) => compareText(a.message, b.message)) };
}

function conflictProblem({ fields, readOnly }: LiveRecord, reason: string): Problem {
  const subject = `${fields.name} ${typeOf(fields.rdata)}`;
  if (readOnly !== null)
    return {
      code: 'template-conflict-read-only',
      severity: 'error',
      message: `${describeRecord(fields)} is in the way (${reason}) and cannot be removed: ${readOnly}`,
      next: 'Remove it where it was made, or apply the template to another host.',
      subject,
    };
  const message = `${describeRecord(fields)} gives way: ${reason}`;
  return { code: 'template-conflict', severity: 'warning', message, subject };
}

function losesEssential(instance: TemplateInstance, going: ReadonlySet<string>): boolean {
  return instance.records.some((record) => record.essential === 'Always' && going.has(recordKey(record)));
}

function endsProblem({ title, host }: TemplateInstance): Problem {
  return {
    code: 'template-ends',
    severity: 'warning',
    message: `${title}, applied to ${host === '' ? 'the zone itself' : host}, ends: it loses a record that it cannot do without`,
    next: 'Its other records go too. Apply to another host to keep both.',
  };
}

function proxiedProblem({ desired }: RenderedRecord, there: LiveRecord | undefined): Problem[] {
  if (there === undefined || !there.fields.proxied) return [];
  const subject = `${desired.name} ${typeOf(desired.rdata)}`;
  const message = `${describeRecord(desired)} is there already and is proxied; it stays so, and the service sees Cloudflare's addresses`;
  return [
    {
      code: 'template-proxied',
      severity: 'warning',
      message,
      next: 'Switch its proxy off if the service does not find it.',
      subject,
    },
  ];
}

/** Records of one set share a TTL (RFC 2181 §5.2): that of what stands there, else the lowest that is asked for. */
function withSharedTtl(
  missing: readonly RenderedRecord[],
  remaining: readonly LiveRecord[],
): DesiredRecord[] {
  const setOf = (name: string, type: string): string => `${name} ${type}`;
  const standing = new Map(
    remaining.map(({ fields }) => [setOf(fields.name, typeOf(fields.rdata)), fields.ttl] as const),
  );
  const lowest = new Map<string, number>();
  for (const { desired } of missing) {
    const set = setOf(desired.name, typeOf(desired.rdata));
    if (typeof desired.ttl === 'number')
      lowest.set(set, Math.min(lowest.get(set) ?? Number.POSITIVE_INFINITY, desired.ttl));
  }
  return missing.map(({ desired }) => {
    const set = setOf(desired.name, typeOf(desired.rdata));
    const ttl = standing.get(set) ?? lowest.get(set) ?? desired.ttl;
    return ttl === undefined ? desired : { ...desired, ttl };
  });
}

/** A record that was there before, and that no instance had added, is shared with its owner and never taken away. */
function ownedRecords(
  rendered: Rendered,
  scene: {
    readonly there: ReadonlyMap<string, LiveRecord>;
    readonly instances: readonly TemplateInstance[];
    readonly leaving: readonly LiveRecord[];
  },
): OwnedRecord[] {
  const made = new Set(
    scene.instances.flatMap(({ records }) => records.filter(({ added }) => added).map(recordKey)),
  );
  return rendered.records.map(({ desired, essential, groupId }) => {
    const key = recordKey(desired);
    const { name, rdata } = desired;
    return { name, rdata, essential, groupId, added: !scene.there.has(key) || made.has(key) };
  });
}

interface SpfDraft {
  readonly drafts: readonly Draft[];
  readonly owned: readonly OwnedSpf[];
  readonly problems: readonly Problem[];
}

/** The SPF record of every name that someone's rules come to or go from. */
function draftSpf(
  rendered: Rendered,
  scene: {
    readonly zone: DomainName;
    readonly live: readonly LiveRecord[];
    readonly ending: readonly { readonly spf: readonly OwnedSpf[] }[];
    readonly staying: readonly TemplateInstance[];
  },
): SpfDraft {
  const names = new Set([...rendered.spf, ...scene.ending.flatMap(({ spf }) => spf)].map(({ name }) => name));
  const parts = [...names].sort(compareText).map((name) => draftSpfAt(name, rendered, scene));
  return {
    drafts: parts.flatMap(({ drafts }) => drafts),
    owned: parts.flatMap(({ owned }) => owned),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function draftSpfAt(name: DomainName, rendered: Rendered, scene: Parameters<typeof draftSpf>[1]): SpfDraft {
  const wanted = rendered.spf.filter((spf) => spf.name === name);
  const found = scene.live.filter(
    ({ fields }) => fields.name === name && fields.rdata.type === 'TXT' && isSpf(fields.rdata.text),
  );
  const [before] = found;
  const text = before?.fields.rdata.type === 'TXT' ? before.fields.rdata.text : null;
  const parsed = text === null ? null : parseSpf(text);
  if (parsed !== null && 'fault' in parsed) return refusedSpf(name, parsed.fault);
  if (found.length > 1 && wanted.length > 0) return refusedSpf(name, SEVERAL);
  const existing: Spf | null = parsed === null ? null : parsed.value;
  const at = [...scene.ending, ...scene.staying].flatMap((one) => one.spf.filter((own) => own.name === name));
  const made = existing === null || at.some((own) => own.made);
  const kept = wanted.flatMap(({ rules }) => rules);
  const leaving = rulesOf(name, scene.ending, scene.staying).filter((rule) => !kept.includes(rule));
  let spf = existing === null ? null : withoutRules(existing, leaving);
  // Ours, and nobody's rules are left in it.
  if (spf?.rules.length === 0 && made && leaving.length > 0 && wanted.length === 0) spf = null;
  const owned: OwnedSpf[] = [];
  for (const { groupId, rules } of wanted) {
    const merged = mergeSpf(spf, rules);
    spf = merged.spf;
    // A rule that an instance had brought stays a brought one, whoever shares it.
    const brought = at.flatMap(({ added }) => added);
    const added = rules.filter((rule) => merged.added.includes(rule) || brought.includes(rule));
    owned.push({ name, groupId, rules, added, made });
  }
  const wrong = spf === null ? null : spfFault(spf);
  const problems: Problem[] =
    wrong === null || wanted.length === 0
      ? []
      : [
          {
            code: wrong.code,
            severity: 'error',
            message: `${toUnicode(name)} TXT: ${wrong.message}`,
            next: wrong.next,
          },
        ];
  if (leaving.length === 0 && wanted.length === 0) return { drafts: [], owned, problems };
  const desired: DesiredRecord[] =
    spf === null ? [] : [{ name, rdata: { type: 'TXT', text: formatSpf(spf) } }];
  const drafts =
    before === undefined && desired.length === 0
      ? []
      : diffRecords(before === undefined ? [] : [before], desired);
  return { drafts, owned, problems };
}

const SEVERAL = {
  code: 'spf-several',
  message: 'there are several SPF records, so receivers take none of them (RFC 7208 §4.5)',
  next: 'Join them into one first.',
};

function refusedSpf(
  name: DomainName,
  { code, message, next }: { readonly code: string; readonly message: string; readonly next: string },
): SpfDraft {
  const problem: Problem = { code, severity: 'error', message: `${toUnicode(name)} TXT: ${message}`, next };
  return { drafts: [], owned: [], problems: [problem] };
}
