/**
 * Reads wishes about settings: the `settings:` and `tls:` sections of a zone document, a baseline file, the
 * `key=value` words of a command. Every mistake is told with its place.
 *
 * ```yaml
 * tls: {mode: strict, min_version: 1.2, hsts: {enabled: true, max_age: 31536000}, dnssec: on}
 * settings: {http3: on, brotli: on, ns_ttl: 3600}
 * ```
 */
import type { Parsed, Problem } from '../base/problem.ts';
import type { LocatedEntry, LocatedMap, LocatedScalar, LocatedValue } from '../dns/located-value.ts';
import { describeLocated } from '../dns/located-value.ts';
import { suggest } from '../dns/suggest.ts';
import type { DesiredSetting } from './setting-change.ts';
import { describeDomain, readValue } from './setting-domain.ts';
import { findSetting, nameOfSetting, type SettingSpec, settingNames } from './settings-catalogue.ts';

/** Sections of a zone document by their names. Throws nothing; reports every problem. */
export function readDesiredSettings(
  sections: Readonly<Record<string, LocatedValue>>,
): Parsed<readonly DesiredSetting[]> {
  const reading = new Reading();
  for (const name of ['tls', 'settings'] as const) {
    const section = sections[name];
    if (section === undefined) continue;
    if (section.kind === 'map') reading.section(section, name);
    else reading.wrongSection(section, name);
  }
  return reading.done();
}

/** Words of a command: `mode=strict`, `hsts.max_age=31536000`, `origin_compliance=fips,pqh`. */
export function readSettingWords(words: readonly string[]): Parsed<readonly DesiredSetting[]> {
  const reading = new Reading();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) {
      reading.fault('setting-value-missing', {
        message: `${JSON.stringify(word)} says no value`,
        next: 'Write key=value, for example mode=strict.',
      });
      continue;
    }
    reading.word(word.slice(0, at), word.slice(at + 1));
  }
  return reading.done();
}

class Reading {
  readonly #problems: Problem[] = [];
  readonly #found = new Map<string, DesiredSetting>();

  section(map: LocatedMap, section: 'tls' | 'settings'): void {
    for (const entry of map.entries) {
      const spec = findSetting(entry.key);
      if (spec === undefined) this.#unknown(entry.key, entry, section);
      else if (section === 'tls' && spec.tlsName === undefined) this.#misplaced(entry, spec);
      else this.#take(spec, entry.key, entry);
    }
  }

  wrongSection(section: LocatedValue, name: string): void {
    this.fault('value-type', {
      message: `${name} is ${describeLocated(section)}, not a map of settings`,
      next: `Write ${name}: and below it, indented, lines such as ${name === 'tls' ? 'mode: strict' : 'http3: on'}.`,
      position: section.position,
    });
  }

  word(path: string, text: string): void {
    const [key = '', ...fields] = path.split('.');
    const spec = findSetting(key);
    if (spec === undefined) {
      this.#unknown(key, undefined, 'settings');
      return;
    }
    const leaf: LocatedValue =
      spec.domain.kind === 'texts' ? listOf(text) : { ...scalarOf(text), position: {} };
    const value = fields.reduceRight<LocatedValue>(
      (inner, field) => ({
        kind: 'map',
        position: {},
        entries: [{ key: field, position: {}, value: inner }],
      }),
      leaf,
    );
    this.#take(spec, key, { key, position: {}, value }, true);
  }

  fault(code: string, fault: Omit<Problem, 'code' | 'severity'>): void {
    this.#problems.push({ code, severity: 'error', ...fault });
  }

  done(): Parsed<readonly DesiredSetting[]> {
    const problems = this.#problems;
    return problems.length > 0
      ? { ok: false, problems }
      : { ok: true, value: [...this.#found.values()], problems };
  }

  /** `join`: fields of one setting may come in several words. */
  #take(spec: SettingSpec, name: string, { position, value }: LocatedEntry, join = false): void {
    const placed = Object.keys(position).length === 0 ? {} : { position };
    if (spec.fixed === true) {
      const message = `${name} cannot be set: Cloudflare decides it by itself`;
      this.fault('setting-not-editable', { message, next: `Take ${name} out.`, ...placed });
      return;
    }
    if (value.kind === 'scalar' && value.value === null) {
      const next = `Write a value behind it: ${describeDomain(spec.domain)}.`;
      this.fault('value-missing', { message: `${name} has no value`, next, ...placed });
      return;
    }
    const read = readValue(spec.domain, value, name);
    if (!read.ok) {
      for (const { message, next, position: at } of read.faults) {
        const where = Object.keys(at).length === 0 ? {} : { position: at };
        this.fault('setting-value-invalid', { message, next, ...where });
      }
      return;
    }
    const known = this.#found.get(spec.key);
    if (known !== undefined && !(join && spec.domain.kind === 'fields')) {
      const message = `${name} is given twice${name === spec.key ? '' : ` (it is ${spec.key})`}`;
      this.fault('setting-twice', { message, next: 'Keep one of them.', ...placed });
      return;
    }
    const joined =
      known === undefined ? read.value : { ...(known.value as object), ...(read.value as object) };
    this.#found.set(spec.key, { setting: spec.key, value: joined, ...placed });
  }

  #unknown(key: string, entry: LocatedEntry | undefined, section: 'tls' | 'settings'): void {
    const near = suggest(key, settingNames());
    const next =
      near === undefined
        ? `Known ${section === 'tls' ? 'in tls: ' : ''}are: ${knownNames(section).join(', ')}.`
        : `Did you mean ${near}?`;
    const position = entry === undefined ? {} : { position: entry.position };
    this.fault('setting-unknown', { message: `${JSON.stringify(key)} is no setting`, next, ...position });
  }

  #misplaced({ key, position }: LocatedEntry, spec: SettingSpec): void {
    this.fault('key-misplaced', {
      message: `${key} is not about TLS`,
      next: `Write ${nameOfSetting(spec)} under settings:.`,
      position,
    });
  }
}

function knownNames(section: 'tls' | 'settings'): string[] {
  const specs = [...new Set(settingNames().map((name) => findSetting(name)))].filter(
    (one) => one !== undefined,
  );
  return specs
    .filter((spec) => section === 'settings' || spec.tlsName !== undefined)
    .map((spec) => (section === 'tls' ? nameOfSetting(spec) : spec.key))
    .sort();
}

function scalarOf(text: string): Omit<LocatedScalar, 'position'> {
  return { kind: 'scalar', value: text, text };
}

/** `a,b` as a list; nothing is the empty one. */
function listOf(text: string): LocatedValue {
  const items = text === '' ? [] : text.split(',').map((one) => ({ ...scalarOf(one.trim()), position: {} }));
  return { kind: 'list', position: {}, items };
}
