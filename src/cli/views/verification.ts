/** A zone verified, for people and for programs. */
import {
  type DnssecView,
  isFine,
  isVerified,
  type RecordVerdict,
  toUnicode,
  type Verification,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { counted } from '../output/words.ts';
import { nextSteps } from './connection.ts';

export function verificationJson(seen: Verification): Record<string, unknown> {
  const { dnssec, at, ...rest } = seen;
  return {
    ...rest,
    at: isoTime(at),
    dnssec: dnssec === null ? null : chainJson(dnssec),
    verified: isVerified(seen),
    findings: openFindings(seen),
  };
}

/** How the zone and its parent stand; how it came about is `tls dnssec status`. */
function chainJson({ zone, status, ds, parentDs, atParent, says, next }: DnssecView): DnssecView {
  return { zone, status, ds, parentDs, atParent, says, next };
}

/** Sets that are not as they should be. */
export function openFindings({ records }: Pick<Verification, 'records'>): number {
  return records.filter((one) => !isFine(one)).length;
}

export function formatVerification(out: Output, seen: Verification, all: boolean): string {
  const { delegation, dnssec, records, notAsked, zone } = seen;
  const shown = all ? records : records.filter((one) => !isFine(one));
  const fine = records.length - openFindings(seen);
  const head = `${out.paint.bold(toUnicode(zone))}: ${counted(fine, 'set')} of ${records.length} as wanted\n`;
  const facts = out.facts([
    ['wanted', visible(seen.source)],
    ['delegation', delegation.reason],
    ['dnssec', dnssec === null ? 'could not be read' : dnssec.says],
  ]);
  const steps = [
    ...delegation.next,
    ...(dnssec === null || isVerified({ ...seen, records: [] }) ? [] : dnssec.next),
  ];
  const lines = shown.map((one) => formatVerdict(out, one));
  const left =
    notAsked.length === 0 || !all
      ? ''
      : `Not asked in DNS:\n${notAsked.map(({ name, type, why }) => `  ${toUnicode(name)} ${type}: ${why}\n`).join('')}`;
  return `${head}${facts}${nextSteps(out, steps)}${lines.join('')}${left}`;
}

function formatVerdict(out: Output, { name, type, state, reason, next, ...one }: RecordVerdict): string {
  const { green, yellow, red, dim, bold } = out.paint;
  const mark = isFine({ state }) ? green('✓') : state === 'waiting' ? yellow('…') : red('✗');
  const wanted = one.wanted.join(', ') || 'nothing';
  const held = one.held.join(', ') || 'nothing';
  const sides = state === 'differs' || state === 'missing' || state === 'unexpected';
  const detail = sides
    ? `    ${dim('wanted')} ${visible(wanted)}\n    ${dim('held')}   ${visible(held)}\n`
    : '';
  return `${mark} ${bold(`${toUnicode(name)} ${type}`)} ${state}: ${visible(reason)}\n${detail}${isFine({ state }) ? '' : nextSteps(out, next)}`;
}
