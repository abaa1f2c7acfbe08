/**
 * One entry for every kind of source: finds out which form a text has, reads it, and sees to it that an empty source
 * is told apart from one that wants an empty zone.
 */
import type { Parsed, Problem } from '../base/problem.ts';
import { fault, faultToProblem } from './fault.ts';
import { type ParseSourceOptions, parseMasterFile } from './master-file.ts';
import { parseOctodnsYaml } from './octodns-yaml.ts';
import { parseZoneDocument, type ZoneDocument } from './zone-document.ts';

export type SourceFormat = 'bind' | 'octodns' | 'document';

export interface DetectSourceOptions extends ParseSourceOptions {
  /** Absent or `'auto'`: found out from the file's name and its content. */
  readonly format?: SourceFormat | 'auto';
}

/**
 * Reads a source in any of the forms. Only a zone document gives `manage` and `sections`. A source without a record
 * that Cloudflare carries is accepted with the warning `empty-source`: a plan from it must delete nothing.
 */
export function parseSource(text: string, options: DetectSourceOptions = {}): Parsed<ZoneDocument> {
  const asked = options.format ?? 'auto';
  if (isBlank(text) && options.zone !== undefined) {
    return {
      ok: true,
      value: { zone: options.zone, records: [], omitted: [] },
      problems: [emptySource(options)],
    };
  }
  const format = asked === 'auto' ? detectFormat(text, options.file) : asked;
  if (format === undefined) return { ok: false, problems: [unclearFormat(options)] };
  const parsed = parseAs(format, text, options);
  if (!parsed.ok || parsed.value.records.length > 0) return parsed;
  return { ...parsed, problems: [...parsed.problems, emptySource(options)] };
}

/** The form of a text by the file's ending and, for YAML and unknown endings, by the content. */
export function detectFormat(text: string, file?: string): SourceFormat | undefined {
  const ending = /\.([a-z0-9]+)$/i.exec(file ?? '')?.[1]?.toLowerCase() ?? '';
  if (ending === 'json') return 'document';
  if (ending === 'yaml' || ending === 'yml') return yamlFormat(text);
  if (['zone', 'bind', 'db', 'dns', 'hosts'].includes(ending)) return 'bind';
  const yaml = yamlFormat(text);
  const bind = looksLikeMasterFile(text);
  if (yaml !== undefined && bind) return undefined;
  return bind ? 'bind' : yaml;
}

function parseAs(format: SourceFormat, text: string, options: ParseSourceOptions): Parsed<ZoneDocument> {
  switch (format) {
    case 'bind':
      return parseMasterFile(text, options);
    case 'octodns':
      return parseOctodnsYaml(text, options);
    case 'document':
      return parseZoneDocument(text, options);
    default:
      return format satisfies never;
  }
}

/** Nothing but white space and comments, in any of the forms. */
function isBlank(text: string): boolean {
  return /^\uFEFF?(?:\s|[;#][^\n]*(?:\n|$)|---\s*(?:\n|$))*$/.test(text);
}

/** A document names its zone or lists records; octoDNS has names with types below them. */
function yamlFormat(text: string): SourceFormat | undefined {
  if (/^\uFEFF?\s*\{/.test(text)) return 'document';
  const isDocument =
    /^["']?zone["']?[ \t]*:[ \t]*[^\s#{[]/m.test(text) || /^["']?(records|manage)["']?[ \t]*:/m.test(text);
  if (isDocument) return 'document';
  return /^[ \t]+(- )?["']?type["']?[ \t]*:/m.test(text) || /^\S+:[ \t]*\{/m.test(text)
    ? 'octodns'
    : undefined;
}

/** A directive, or a line with a class or type where a master file has one. */
function looksLikeMasterFile(text: string): boolean {
  if (/^\$(ORIGIN|TTL|GENERATE|INCLUDE)\b/im.test(text)) return true;
  return /^(?:[^\s;:#]+|)[ \t]+(?:\d\w*[ \t]+)?(?:IN[ \t]+)(?:\d\w*[ \t]+)?[A-Z]+[ \t]+\S/im.test(text)
    ? true
    : /^(?:[^\s;:#]+|)[ \t]+(?:\d\w*[ \t]+)?(?:SOA|A|AAAA|CNAME|MX|NS|TXT|SRV|CAA|PTR)[ \t]+\S/m.test(text);
}

function place({ file }: ParseSourceOptions): { readonly position?: { readonly file: string } } {
  return file === undefined ? {} : { position: { file } };
}

function emptySource(options: ParseSourceOptions): Problem {
  const { fault: empty } = fault(
    'empty-source',
    'the source holds no record, so nothing will be changed or deleted',
    'If the zone is to be emptied, delete its records by name.',
  );
  return { ...faultToProblem(empty, place(options)), severity: 'warning' };
}

function unclearFormat(options: ParseSourceOptions): Problem {
  const { fault: unclear } = fault(
    'format-unclear',
    'it is not clear whether this is a master file, octoDNS YAML or a zone document',
    'Say which: the format is one of bind, octodns and document.',
  );
  return faultToProblem(unclear, place(options));
}
