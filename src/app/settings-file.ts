/** The configuration file: YAML or JSON, one level, names from the table of settings and no others. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { InvalidInputError, type Problem } from '../base/problem.ts';
import { suggest } from '../dns/suggest.ts';
import { SETTINGS, type Setting, type SettingName } from './settings.ts';

const FILE_NAME = 'zoneward.yaml';
const FILE_BYTES_MAX = 64 * 1_024;

export type FileSettings = Readonly<Partial<Record<SettingName, string>>>;

/**
 * Reads the file that is named, or the one of the home folder where it is there. Throws `InvalidInputError` with every
 * problem: a name that is not known, one that is not read from a file, a value that is no text, number or list.
 */
export function readSettingsFile(named: string | undefined, home: string): FileSettings {
  const file = named === undefined ? path.join(home, FILE_NAME) : path.resolve(named);
  const text = readText(file, named !== undefined);
  return text === null ? {} : parseSettings(text, file);
}

function readText(file: string, mustBeThere: boolean): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length <= FILE_BYTES_MAX) return text;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing && !mustBeThere) return null;
    throw refused(file, [
      {
        ...problem('config-unreadable', file, missing ? 'is not there' : 'cannot be read'),
        next: 'Check the path of --config or ZONEWARD_CONFIG, and that this user may read it.',
      },
    ]);
  }
  throw refused(file, [problem('config-too-large', file, `has more than ${FILE_BYTES_MAX} characters`)]);
}

/** Exported for its table of bad inputs. */
export function parseSettings(text: string, file: string): FileSettings {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true });
  const at = (offset: number | undefined) => (offset === undefined ? {} : lineCounter.linePos(offset));
  const [broken] = document.errors;
  if (broken !== undefined)
    throw refused(file, [
      {
        ...problem(
          'config-malformed',
          file,
          (broken.message.split('\n')[0] ?? '').replace(/ at line .*$/, ''),
        ),
      },
    ]);
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw refused(file, [problem('config-malformed', file, 'is not a list of names and values')]);
  const found: Partial<Record<SettingName, string>> = {};
  const problems: Problem[] = [];
  for (const [name, one] of Object.entries(value)) {
    const range = (document.get(name, true) as { readonly range?: readonly number[] } | undefined)?.range;
    const { line } = at(range?.[0]) as { readonly line?: number };
    const read = readOne(name, one);
    if (read.ok) found[read.name] = read.text;
    else
      problems.push({
        ...problem(read.code, file, read.message),
        position: { file, ...(line === undefined ? {} : { line }) },
        ...(read.next === undefined ? {} : { next: read.next }),
      });
  }
  if (problems.length > 0) throw refused(file, problems);
  return found;
}

type ReadOne =
  | { readonly ok: true; readonly name: SettingName; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly next?: string };

function readOne(name: string, value: unknown): ReadOne {
  if (!Object.hasOwn(SETTINGS, name)) return unknownName(name);
  const setting: Setting = SETTINGS[name as SettingName];
  if (setting.inFile === false)
    return {
      ok: false,
      code: 'config-not-in-file',
      message: `"${name}" is not read from a file`,
      next: `Set ${setting.variable}.`,
    };
  const parts = Array.isArray(value) ? value : [value];
  if (parts.every((part) => typeof part === 'string' || typeof part === 'number'))
    return { ok: true, name: name as SettingName, text: parts.join(',') };
  return {
    ok: false,
    code: 'config-value-invalid',
    message: `"${name}" must be a text, a number or a list of them`,
  };
}

function unknownName(name: string): ReadOne {
  const near = suggest(name, Object.keys(SETTINGS));
  return {
    ok: false,
    code: 'config-unknown',
    message: `"${name.slice(0, 64)}" is not a setting`,
    next: near === undefined ? 'docs/configuration.md lists them.' : `Did you mean "${near}"?`,
  };
}

function problem(code: string, file: string, message: string): Problem {
  return { code, severity: 'error', message, position: { file } };
}

function refused(file: string, problems: readonly Problem[]): InvalidInputError {
  return new InvalidInputError(`The configuration file ${file} is not valid.`, problems);
}
