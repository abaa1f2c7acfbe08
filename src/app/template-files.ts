/** Templates from files: the pack that comes with Zoneward, one file, or a folder of them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ZonewardError } from '../base/errors.ts';
import { InvalidInputError, type Problem } from '../base/problem.ts';
import { suggest } from '../dns/suggest.ts';
import { parseTemplate } from '../plan/templates/parse-template.ts';
import { type Template, templateKey } from '../plan/templates/template.ts';
import { readSourceFile } from './read-source.ts';

const PACK = path.join(import.meta.dirname, 'templates');
const TEMPLATE_FILE = /\.(?:json|ya?ml)$/i;
/** Files of one folder. The public collection has about 1,200. */
const FILES_MAX = 10_000;

export interface TemplateFile {
  readonly file: string;
  /** Null when it has errors. */
  readonly template: Template | null;
  readonly problems: readonly Problem[];
}

export interface TemplateText {
  readonly file: string;
  readonly text: string;
}

/** Reads one template. Throws `InvalidInputError` with every mistake and its line. */
export function readTemplateText({ file, text }: TemplateText): Template {
  const parsed = parseTemplate(text, { file });
  if (parsed.ok) return parsed.value;
  throw new InvalidInputError(
    `${file} is no template that can be used; nothing was written.`,
    parsed.problems,
  );
}

/** The pack's templates, by key. */
export async function packTemplates(): Promise<readonly (TemplateText & { readonly template: Template })[]> {
  const names = (await readdir(PACK)).filter((name) => TEMPLATE_FILE.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(PACK, name), 'utf8');
      return { file: name, text, template: readTemplateText({ file: name, text }) };
    }),
  );
}

/** Every template of a folder, or the one of a file, with what is wrong with each; a folder is not gone into. */
export async function readTemplateFiles(place: string): Promise<readonly TemplateFile[]> {
  const isFolder = (await stat(place).catch(() => null))?.isDirectory() === true;
  const names = isFolder ? (await readdir(place)).filter((name) => TEMPLATE_FILE.test(name)).sort() : [''];
  if (names.length > FILES_MAX)
    throw new ZonewardError(`${place} has ${names.length} templates; ${FILES_MAX} are read at once`, {
      code: 'template-too-many',
      kind: 'input',
      next: ['Name a file in it.'],
    });
  const files: TemplateFile[] = [];
  for (const name of names) {
    const file = name === '' ? place : path.join(place, name);
    const parsed = parseTemplate(await readSourceFile(file), { file });
    files.push({ file, template: parsed.ok ? parsed.value : null, problems: parsed.problems });
  }
  return files;
}

/** A template of the pack, by key or by the shorter service id. Throws `template-unknown` with what may have been meant. */
export async function findPackTemplate(reference: string): Promise<TemplateText> {
  const pack = await packTemplates();
  const wanted = reference.toLowerCase();
  const keysOf = ({ template }: { readonly template: Template }): readonly string[] => [
    templateKey(template),
    template.serviceId,
  ];
  const found = pack.find((one) => keysOf(one).some((key) => key.toLowerCase() === wanted));
  if (found !== undefined) return found;
  const near = suggest(reference, pack.flatMap(keysOf));
  throw new ZonewardError(`There is no template ${reference} in the pack`, {
    code: 'template-unknown',
    kind: 'not-found',
    next: [
      ...(near === undefined ? [] : [`Did you mean ${near}?`]),
      'zoneward templates list',
      'Or name a file: --template ./template.json',
    ],
  });
}
