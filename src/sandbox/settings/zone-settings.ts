/**
 * The settings of a zone: what was set is stored, everything else has its first value. Some depend on each other or
 * on time: development mode ends by itself after three hours, `zrt` is TLS 1.3 together with 0-RTT, and automatic SSL
 * names its next scan.
 */
import { DAY_MS, SECOND_MS } from '../constants.ts';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { settingRule } from './catalogue.ts';
import { initialOf, isEditable, type SettingRule } from './rules.ts';

const DEVELOPMENT_MODE_MS = 3 * 3600 * SECOND_MS;
/** [U] How often automatic SSL looks at a zone's origin. */
const SSL_SCAN_INTERVAL_MS = DAY_MS;

interface StoredSetting {
  readonly value: unknown;
  readonly modifiedOn: string;
  readonly modifiedAtMs: number;
}

/** A setting as the API shows it; `enabled` instead of `value` for a few. */
export interface SettingWire {
  readonly id: string;
  readonly value?: unknown;
  readonly enabled?: unknown;
  readonly editable?: boolean;
  readonly modified_on: string | null;
  readonly time_remaining?: number;
  readonly next_scheduled_scan?: string | null;
}

function storedOf(zone: Zone): Record<string, StoredSetting> {
  return family<Record<string, StoredSetting>>(zone.fields.bag, 'settings', () => ({}));
}

/** A setting's value now; undefined for an unknown id. */
export function settingValue(world: World, zone: Zone, id: string): unknown {
  const rule = settingRule(id);
  if (rule === undefined) return undefined;
  const value = rawValue(zone, id, rule);
  if (id === 'development_mode') return developmentModeSeconds(world, zone) > 0 ? 'on' : 'off';
  if (id === 'tls_1_3' && value !== 'off') return storedOf(zone)['0rtt']?.value === 'on' ? 'zrt' : 'on';
  return value;
}

function rawValue(zone: Zone, id: string, rule: SettingRule): unknown {
  return storedOf(zone)[id]?.value ?? initialOf(zone, rule);
}

/** Seconds left; 0 when off; negative since it ended by itself. What zone objects show as `development_mode`. */
export function developmentModeSeconds(world: World, zone: Zone): number {
  const stored = storedOf(zone)['development_mode'];
  if (stored?.value !== 'on') return 0;
  return Math.ceil((stored.modifiedAtMs + DEVELOPMENT_MODE_MS - world.clock.now()) / SECOND_MS);
}

/** Undefined for an unknown id. */
export function settingWire(world: World, zone: Zone, id: string): SettingWire | undefined {
  const rule = settingRule(id);
  if (rule === undefined) return undefined;
  const value = settingValue(world, zone, id);
  const modified_on = storedOf(zone)[id]?.modifiedOn ?? null;
  if (rule.style === 'enabled') return { id, enabled: value, modified_on };
  return { id, value, editable: isEditable(zone, rule), modified_on, ...extrasOf(world, zone, id) };
}

function extrasOf(world: World, zone: Zone, id: string): Partial<SettingWire> {
  if (id === 'development_mode') return { time_remaining: Math.max(0, developmentModeSeconds(world, zone)) };
  if (id === 'ssl_automatic_mode') return { next_scheduled_scan: nextScan(world, zone) };
  return {};
}

function nextScan(world: World, zone: Zone): string | null {
  const stored = storedOf(zone)['ssl_automatic_mode'];
  if (stored?.value !== 'auto') return null;
  const passed = Math.floor((world.clock.now() - stored.modifiedAtMs) / SSL_SCAN_INTERVAL_MS);
  const next = stored.modifiedAtMs + (Math.max(0, passed) + 1) * SSL_SCAN_INTERVAL_MS;
  return new Date(next).toISOString().replace('.000Z', 'Z');
}

/** Stores a value that has been checked. */
export function storeSetting(world: World, zone: Zone, id: string, value: unknown): void {
  const all = storedOf(zone);
  const stored = { value, modifiedOn: world.clock.stamp(), modifiedAtMs: world.clock.now() };
  all[id] = stored;
  if (id === 'tls_1_3' && value === 'zrt') all['0rtt'] = { ...stored, value: 'on' };
  world.zoneChanged(zone, { content: false, fields: false });
}

/** Back to the first value, with the moment of the change kept. */
export function resetSetting(world: World, zone: Zone, id: string, rule: SettingRule): void {
  storeSetting(world, zone, id, initialOf(zone, rule));
}
