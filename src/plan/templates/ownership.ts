/** Which instance holds what in a zone. An instance is known by what it wrote, not by ids: those change, also by an undo. */
import type { LiveRecord } from '../../dns/live-record.ts';
import { recordKey } from '../../dns/record-key.ts';
import { isSpf } from './spf.ts';
import type { OwnedRecord, OwnedSpf, TemplateInstance } from './template.ts';

export type Standing = 'whole' | 'partial' | 'gone';

/** How much of an instance is still in the zone, as it was written. What was there before it does not count. */
export function standingOf(instance: TemplateInstance, live: readonly LiveRecord[]): Standing {
  const there = new Set(live.map(({ fields }) => recordKey(fields)));
  const own = instance.records.filter(({ added }) => added);
  const left = own.filter((record) => there.has(recordKey(record))).length;
  const spfLeft = instance.spf.filter((spf) => spfOf(spf, live) !== undefined && spf.added.length > 0).length;
  if (left + spfLeft === 0) return 'gone';
  const essential = instance.records.filter((one) => one.essential === 'Always');
  return essential.every((record) => there.has(recordKey(record))) ? 'whole' : 'partial';
}

/** The SPF record at a name, where there is one. */
export function spfOf({ name }: Pick<OwnedSpf, 'name'>, live: readonly LiveRecord[]): LiveRecord | undefined {
  return live.find(
    ({ fields }) => fields.name === name && fields.rdata.type === 'TXT' && isSpf(fields.rdata.text),
  );
}

/** The records that go when these instances go: what they added and no other instance holds. */
export function recordsOf(
  ending: readonly { readonly records: readonly OwnedRecord[] }[],
  staying: readonly TemplateInstance[],
): ReadonlySet<string> {
  const needed = new Set(staying.flatMap(({ records }) => records.map(recordKey)));
  const own = ending.flatMap(({ records }) => records.filter(({ added }) => added).map(recordKey));
  return new Set(own.filter((key) => !needed.has(key)));
}

/** The SPF rules at a name that go with these instances. */
export function rulesOf(
  name: string,
  ending: readonly { readonly spf: readonly OwnedSpf[] }[],
  staying: readonly TemplateInstance[],
): readonly string[] {
  const at = (list: readonly { readonly spf: readonly OwnedSpf[] }[]): OwnedSpf[] =>
    list.flatMap(({ spf }) => spf.filter((one) => one.name === name));
  const needed = new Set(at(staying).flatMap(({ rules }) => rules));
  return at(ending).flatMap(({ added }) => added.filter((rule) => !needed.has(rule)));
}
