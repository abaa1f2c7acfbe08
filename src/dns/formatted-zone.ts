/** What a formatter gives back: the text, and what the form could not carry. */
import type { DomainName } from './name.ts';
import { compareNames } from './name.ts';
import { formatRdata } from './rdata-text.ts';
import { type RecordFields, typeOf } from './record.ts';

/** A record or a field of a record that is not in the text. The text says so in a comment, too. */
export interface FormatLoss {
  readonly name: DomainName;
  readonly type: string;
  /** `the setting ipv4_only`, or `the record`. */
  readonly what: string;
}

export interface FormattedZone {
  readonly text: string;
  readonly losses: readonly FormatLoss[];
}

export interface ZoneRecords {
  readonly zone: DomainName;
  /** Complete records, in any order. */
  readonly records: readonly RecordFields[];
  /** Which state this is, for a comment at the top: `revision 12 of 2026-11-29 07:43:01Z`. */
  readonly state?: string;
}

/** `# shop.example: revision 12 of …` and the like; nothing where the state has no name. */
export function formatState({ zone, state }: ZoneRecords, commentSign: string): string {
  return state === undefined ? '' : `${commentSign} ${zone}: ${state}\n`;
}

/** Apex first, then the tree of names; at one name by type, then by data: one order for one set of records. */
export function sortRecords(records: readonly RecordFields[]): RecordFields[] {
  const keyed = records.map((record) => ({
    record,
    type: typeOf(record.rdata),
    data: formatRdata(record.rdata),
  }));
  keyed.sort((a, b) => {
    if (a.record.name !== b.record.name) return compareNames(a.record.name, b.record.name);
    if (a.type !== b.type) return a.type < b.type ? -1 : 1;
    return a.data < b.data ? -1 : a.data > b.data ? 1 : 0;
  });
  return keyed.map(({ record }) => record);
}

/** `; www.example.com A: the setting ipv4_only is not in this file` and so on, one comment line for each loss. */
export function formatLosses(losses: readonly FormatLoss[], commentSign: string): string {
  return losses
    .map(({ name, type, what }) => `${commentSign} not in this file: ${name} ${type}: ${what}\n`)
    .join('');
}

/** The loss of a whole record, with its data on one line. */
export function recordLoss({ name, rdata }: RecordFields): FormatLoss {
  return { name, type: typeOf(rdata), what: `the record, ${formatRdata(rdata).replace(/\s+/g, ' ')}` };
}
