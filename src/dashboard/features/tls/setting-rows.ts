/** A setting as fields that can be edited: a map has one for each of its own, `hsts.max_age`. */
import type { SettingList } from '../../../client/index.ts';

type Setting = SettingList['items'][number];

export interface SettingRow {
  /** As a plan's words name it. */
  readonly name: string;
  readonly text: string;
  /** What it may be where that is known from its value; null: a text. */
  readonly choices: readonly string[] | null;
  readonly isEditable: boolean;
  /** Why it could not be read. */
  readonly error: string | null;
}

export function settingRows({ name, value, editable, error }: Setting): readonly SettingRow[] {
  const isEditable = editable !== false && error === null;
  const row = (field: string, one: unknown): SettingRow => ({
    name: field,
    text: textOf(one),
    choices: choicesOf(one),
    isEditable,
    error: error?.message ?? null,
  });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [row(name, value)];
  return Object.entries(value).map(([key, one]) => row(`${name}.${key}`, one));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function choicesOf(value: unknown): readonly string[] | null {
  if (typeof value === 'boolean') return ['true', 'false'];
  return value === 'on' || value === 'off' ? ['on', 'off'] : null;
}

export function wordOf(name: string, value: string): string {
  return `${name}=${value.trim()}`;
}
