/**
 * Record data from separate values, as YAML and JSON sources give them: `preference: 10`, `exchange: mail`. The
 * kinds of rdata-fields.ts read them, so that a value means the same here as in presentation form; texts are taken
 * as they stand, without escapes.
 */
import { decodeCharString, decodeCharStrings } from './char-string.ts';
import { type Fault, fault, type Read, shown } from './fault.ts';
import type { FieldKind, HostRules } from './field-kind.ts';
import { tokenizeRdata } from './lexer.ts';
import { type RdataField, rdataFields } from './rdata-fields.ts';
import type { Rdata, RecordType } from './record.ts';

/** A value as written, with the place that a problem with it should point to. */
export interface PlacedText {
  readonly text: string;
  readonly offset: number;
}

/** What a source calls a field of `Rdata`, and where it has one. `undefined` when the source has none. */
export type FieldLookup = (field: RdataField) => PlacedText | undefined;

/** Reads the data of `type` from values. Every missing or wrong value is a fault. LOC is not made of such values. */
export function readRdataValues(
  type: Exclude<RecordType, 'LOC'>,
  lookup: FieldLookup,
  hosts: HostRules,
): { readonly value: Rdata } | { readonly faults: readonly Fault[] } {
  const values: Record<string, unknown> = { type };
  const faults: Fault[] = [];
  for (const field of rdataFields(type)) {
    const given = lookup(field);
    if (given === undefined && field.key !== 'params') {
      faults.push(
        fault('rdata-invalid', `${field.label} is missing`, `Add ${field.key}: ${field.kind.expects}.`).fault,
      );
      continue;
    }
    const read = readValue(field.kind, given?.text ?? '', hosts);
    if ('value' in read) values[field.key] = read.value;
    else {
      const at = given === undefined ? {} : { at: given.offset };
      faults.push({ ...read.fault, message: `${field.label}: ${read.fault.message}`, ...at });
    }
  }
  // Every field of the type has just been read with its own kind.
  return faults.length > 0 ? { faults } : { value: values as unknown as Rdata };
}

/** One value by its kind. Texts are verbatim; everything else is what it would be in presentation form. */
export function readValue(kind: FieldKind<unknown>, text: string, hosts: HostRules): Read<unknown> {
  if (kind.verbatim) {
    const escaped = text.replaceAll('\\', '\\\\');
    return kind.limited ? decodeCharString(escaped) : decodeCharStrings([escaped]);
  }
  const cut = tokenizeRdata(text);
  if ('fault' in cut) return cut;
  if (kind.words === 'one' && cut.tokens.length !== 1) {
    return fault(
      'rdata-invalid',
      `${shown(text)} is not ${kind.expects.split(',')[0]}`,
      `Write ${kind.expects}.`,
    );
  }
  return kind.read(cut.tokens, hosts);
}
