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
  const spfLeft = instance.spf.filter((spf) => holdsRule(spf, live)).length;
  if (left + spfLeft === 0) return 'gone';
  const essential = instance.records.filter((one) => one.essential === 'Always');
  return essential.every((record) => there.has(recordKey(record))) ? 'whole' : 'partial';
}

/** One of the rules that it brought is still in the SPF record of its name. */
function holdsRule({ name, added }: OwnedSpf, live: readonly LiveRecord[]): boolean {
  return live.some(({ fields }) => {
    if (fields.name !== name || fields.rdata.type !== 'TXT' || !isSpf(fields.rdata.text)) return false;
    const terms = fields.rdata.text.split(/ +/);
    return added.some((rule) => terms.includes(rule));
  });
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
