/** Many domains brought up from one list: some at a time, a report for each, and safe to run again. */
import { isZonewardError, type ZonewardError } from '../base/errors.ts';
import { InvalidInputError, type SourcePosition } from '../base/problem.ts';
import { type BulkLine, parseBulk } from '../domains/provisioning/bulk-file.ts';
import type { Provisioning } from '../domains/provisioning/model.ts';
import type { SourceText } from './read-source.ts';
import type { ProvisionInput, TenantProvisioning } from './tenant-provisioning.ts';
import type { TemplateReference } from './tenant-templates.ts';

/** Domains at the same time; the shared budget paces their calls. */
const IN_FLIGHT = 4;

export interface BulkInput {
  /** For every line that does not say otherwise. */
  readonly common?: Pick<
    ProvisionInput,
    'connection' | 'source' | 'templates' | 'tls' | 'dnssec' | 'allow' | 'resolvers'
  >;
  /** Reads what a line names; relative names are the list's. */
  readonly readFile: (name: string) => Promise<SourceText>;
  readonly readTemplate: (name: string) => Promise<TemplateReference>;
  readonly onLine?: (report: BulkReport, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface BulkReport {
  readonly position: SourcePosition;
  readonly domain: string;
  /** Null: it was refused; then why. */
  readonly provisioning: Provisioning | null;
  readonly error: ZonewardError | null;
}

/**
 * Every line alone: a bad or refused one is reported, and the others go on. Reports are in the order of the list. Run
 * again, it goes on where each domain stands. Throws `InvalidInputError` when the list cannot be read at all.
 */
export async function provisionAll(
  provisioning: Pick<TenantProvisioning, 'provision'>,
  list: SourceText,
  input: BulkInput,
): Promise<readonly BulkReport[]> {
  const parsed = parseBulk(list.text, list.file);
  if (!parsed.ok)
    throw new InvalidInputError(`${list.file} cannot be used; nothing was begun.`, parsed.problems);
  const reports: BulkReport[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < parsed.lines.length; at = next++) {
      const read = parsed.lines[at];
      if (read === undefined || input.signal?.aborted === true) return;
      const { position } = read;
      const report = read.ok
        ? { position, domain: read.line.domain, ...(await bringUp(provisioning, read.line, input)) }
        : { position, domain: read.domain, provisioning: null, error: refusal(read.domain, read.problems) };
      reports[at] = report;
      done += 1;
      input.onLine?.(report, done, parsed.lines.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, parsed.lines.length) }, work));
  // Aborted: what was not begun has no report.
  return reports.filter((report) => report !== undefined);
}

function refusal(domain: string, problems: InvalidInputError['problems']): InvalidInputError {
  return new InvalidInputError(
    `${domain === '' ? 'The line' : domain} cannot be used; nothing was begun.`,
    problems,
  );
}

async function bringUp(
  { provision }: Pick<TenantProvisioning, 'provision'>,
  line: BulkLine,
  { common = {}, readFile, readTemplate, signal }: BulkInput,
): Promise<Pick<BulkReport, 'provisioning' | 'error'>> {
  try {
    const { file, template, host, variables, tls, dnssec, confirmPrice } = line;
    const own = template === null ? null : { template: await readTemplate(template), host, variables };
    const input: ProvisionInput = {
      ...common,
      ...(file === null ? {} : { source: await readFile(file) }),
      ...(own === null ? {} : { templates: [own] }),
      ...(tls === null ? {} : { tls }),
      ...(dnssec ? { dnssec } : {}),
      ...(confirmPrice === null ? {} : { register: { confirmPrice } }),
      ...(signal === undefined ? {} : { signal }),
    };
    return { provisioning: await provision(line.domain, input), error: null };
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    return { provisioning: null, error };
  }
}
