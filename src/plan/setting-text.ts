/** A setting's change as short texts, for the readers of a plan. */
import type { JsonValue } from '../base/json.ts';
import { type ChangeText, printable, shorten } from './change-text.ts';
import { canonicalJson } from './hash.ts';
import type { SettingChange } from './setting-change.ts';
import { isRecord } from './setting-domain.ts';
import { findSetting, nameOfSetting } from './settings-catalogue.ts';

export function describeSetting(change: SettingChange): ChangeText {
  const spec = findSetting(change.setting);
  const text = {
    sign: '~' as const,
    name: printable(spec === undefined ? change.setting : nameOfSetting(spec)),
    type: 'setting',
  };
  if (!isRecord(change.before) || !isRecord(change.after)) {
    return { ...text, content: settingText(change.before), becomes: settingText(change.after), details: [] };
  }
  const { before, after } = change;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => canonicalJson(before[field] ?? null) !== canonicalJson(after[field] ?? null),
  );
  const details = fields.map((field) => {
    return `${printable(field)} ${settingText(before[field] ?? null)} → ${settingText(after[field] ?? null)}`;
  });
  return { ...text, content: printable(spec?.title ?? ''), becomes: null, details };
}

/** A value for people: `strict`, `yes`, `none`, `max_age 31536000, preload no`. */
export function settingText(value: JsonValue): string {
  if (value === null) return 'not set';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'string') return value === '' ? 'empty' : shorten(printable(value));
  if (Array.isArray(value)) return value.length === 0 ? 'none' : shorten(value.map(settingText).join(', '));
  const fields = Object.entries(value).map(([key, inner]) => `${printable(key)} ${settingText(inner)}`);
  return fields.length === 0 ? 'none' : shorten(fields.join(', '));
}
