/** A setting as fields that can be edited: a map has one for each of its own, `hsts.max_age`. */
import type { SettingList } from '../../../client/index.ts';

type Setting = SettingList['items'][number];
type Domain = NonNullable<Setting['allowed']['fields']>[string];

/** How it is given: one of a few, some of a few, a number, a list or a text of any words. */
export type SettingInput =
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'some'; readonly known: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'list' }
  | { readonly kind: 'text'; readonly charsMax: number };

export interface SettingRow {
  /** As a plan's words name it. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly text: string;
  readonly input: SettingInput;
  readonly isEditable: boolean;
  /** Why it could not be read. */
  readonly error: string | null;
}

export function settingRows({
  name,
  title,
  allowed,
  value,
  editable,
  error,
}: Setting): readonly SettingRow[] {
  const isEditable = editable !== false && error === null;
  const row = (field: string, one: unknown, domain: Domain | undefined): SettingRow => ({
    name: field,
    title: field === name ? title : `${title}, ${field.slice(name.length + 1).replaceAll('_', ' ')}`,
    text: textOf(one),
    input: inputOf(domain, textOf(one)),
    isEditable: isEditable && domain !== undefined,
    error: error?.message ?? null,
  });
  if (allowed.kind !== 'fields') return [row(name, value, allowed as Domain)];
  if (typeof value !== 'object' || value === null) return [row(name, value, undefined)];
  // What Cloudflare tells besides the fields that are known can be read only.
  return Object.entries(value).map(([key, one]) => row(`${name}.${key}`, one, allowed.fields?.[key]));
}

/** What stands now can be chosen, too, where the catalogue does not know it. */
function inputOf(domain: Domain | undefined, text: string): SettingInput {
  const choices = (known: readonly string[]): SettingInput => ({
    kind: 'choice',
    choices: known.includes(text) ? known : [text, ...known],
  });
  switch (domain?.kind) {
    case 'switch':
      return choices(['on', 'off']);
    case 'flag':
      return choices(['true', 'false']);
    case 'choice':
      return choices((domain.values ?? []).map(String));
    case 'number':
      return { kind: 'number', min: domain.min ?? 0, max: domain.max ?? Number.MAX_SAFE_INTEGER };
    case 'texts':
      return domain.known === undefined ? { kind: 'list' } : { kind: 'some', known: domain.known };
    default:
      return { kind: 'text', charsMax: domain?.charsMax ?? 0 };
  }
}

/** Whether the value can be planned as it is; the plan's own word is the last. */
export function faultOf({ input }: Pick<SettingRow, 'input'>, value: string): string | null {
  if (input.kind !== 'number') return null;
  const isWithin = /^\d{1,15}$/.test(value) && Number(value) >= input.min && Number(value) <= input.max;
  return isWithin ? null : `A whole number from ${input.min} to ${input.max}.`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function wordOf(name: string, value: string): string {
  return `${name}=${value.trim()}`;
}
