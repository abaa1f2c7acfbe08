/** Many domains brought up at once, from a list or from a job: some at a time, a report for each, safe to run again. */
import { isZonewardError, type ZonewardError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { InvalidInputError, type SourcePosition } from '../base/problem.ts';
import { parseRegistrable } from '../dns/registrable-name.ts';
import { type BulkLine, parseBulk, wrong } from '../domains/provisioning/bulk-file.ts';
import { holdingStep, type Provisioning } from '../domains/provisioning/model.ts';
import type { SourceText } from './read-source.ts';
import type { ProvisionInput, TenantProvisioning } from './tenant-provisioning.ts';
import type { TemplateReference } from './tenant-templates.ts';

/** Domains at the same time; the shared budget paces their calls. */
const IN_FLIGHT = 4;

/** What a domain is to have where its own line does not say otherwise. */
export type BulkCommon = Pick<
  ProvisionInput,
  'connection' | 'source' | 'templates' | 'tls' | 'dnssec' | 'allow' | 'resolvers'
>;

/** A domain of a job, with all that it is to have. */
export interface BulkWish {
  readonly domain: string;
  readonly input: Omit<ProvisionInput, 'signal'>;
}

interface BulkRun {
  readonly onLine?: (report: BulkReport, done: number, total: number) => void;
  /** Ends after the steps under way; what was not begun has no report. */
  readonly signal?: AbortSignal;
}

export interface BulkInput extends BulkRun {
  readonly common?: BulkCommon;
  /** Reads what a line names; relative names are the list's. */
  readonly readFile: (name: string) => Promise<SourceText>;
  readonly readTemplate: (name: string) => Promise<TemplateReference>;
}

export interface BulkReport {
  readonly position: SourcePosition;
  readonly domain: string;
  /** Null: it was refused; then why. */
  readonly provisioning: Provisioning | null;
  readonly error: ZonewardError | null;
}

/** One line, judged: what it wants, or why it cannot be. Reading it may throw too. */
export interface BulkItem {
  readonly position: SourcePosition;
  readonly domain: string;
  readonly read: () => Promise<Omit<ProvisionInput, 'signal'>>;
}

type Room = Pick<TenantProvisioning, 'provision'>;

/**
 * Every line alone: a bad or refused one is reported, and the others go on. Reports are in the order of the list. Run
 * again, it goes on where each domain stands. Throws `InvalidInputError` when the list cannot be read at all.
 */
export function provisionAll(
  provisioning: Room,
  list: SourceText,
  { common, readFile, readTemplate, ...run }: BulkInput,
): Promise<readonly BulkReport[]> {
  return provisionItems(provisioning, bulkItems(list, { common: common ?? {}, readFile, readTemplate }), run);
}

/** The lines of a list. Throws `InvalidInputError` when it cannot be read at all; a line that is wrong throws when read. */
export function bulkItems(
  list: SourceText,
  input: Pick<BulkInput, 'readFile' | 'readTemplate'> & { readonly common: BulkCommon },
): readonly BulkItem[] {
  const parsed = parseBulk(list.text, list.file);
  if (!parsed.ok)
    throw new InvalidInputError(`${list.file} cannot be used; nothing was begun.`, parsed.problems);
  return parsed.lines.map(({ position, ...line }) =>
    line.ok
      ? { position, domain: line.line.domain, read: () => inputOf(line.line, input) }
      : { position, domain: line.domain, read: () => Promise.reject(refusal(line.domain, line.problems)) },
  );
}

/** The domains of a job. One that is there twice is begun once, and the second told. */
export function wishItems(wishes: readonly BulkWish[]): readonly BulkItem[] {
  const seen = new Set<string>();
  return wishes.map(({ domain, input }, at) => {
    const parsed = parseRegistrable(domain);
    // One that is no name is told so when it is begun.
    const name = parsed.ok ? parsed.value.name : domain;
    const read = seen.has(name)
      ? () => Promise.reject(refusal(domain, [wrong(`${domain} is there twice`, 'Take one out.')]))
      : () => Promise.resolve(input);
    seen.add(name);
    return { position: { line: at + 1 }, domain, read };
  });
}

export async function provisionItems(
  provisioning: Room,
  items: readonly BulkItem[],
  { signal, onLine }: BulkRun,
): Promise<readonly BulkReport[]> {
  const reports: BulkReport[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item === undefined || signal?.aborted === true) return;
      const report = await bringUp(provisioning, item, signal);
      if (report === null) return;
      reports[at] = report;
      done += 1;
      onLine?.(report, done, items.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, work));
  return reports.filter((report) => report !== undefined);
}

/** Null when it was broken off. */
async function bringUp(
  { provision }: Room,
  { position, domain, read }: BulkItem,
  signal: AbortSignal | undefined,
): Promise<BulkReport | null> {
  try {
    const input = { ...(await read()), ...(signal === undefined ? {} : { signal }) };
    return { position, domain, provisioning: await provision(domain, input), error: null };
  } catch (error) {
    if (isZonewardError(error)) return { position, domain, provisioning: null, error };
    if (signal?.aborted === true) return null;
    throw error;
  }
}

async function inputOf(
  line: BulkLine,
  { common, readFile, readTemplate }: Parameters<typeof bulkItems>[1],
): Promise<Omit<ProvisionInput, 'signal'>> {
  const { file, template, host, variables, tls, dnssec, confirmPrice } = line;
  const own = template === null ? null : { template: await readTemplate(template), host, variables };
  return {
    ...common,
    ...(file === null ? {} : { source: await readFile(file) }),
    ...(own === null ? {} : { templates: [own] }),
    ...(tls === null ? {} : { tls }),
    ...(dnssec ? { dnssec } : {}),
    ...(confirmPrice === null ? {} : { register: { confirmPrice } }),
  };
}

function refusal(domain: string, problems: InvalidInputError['problems']): InvalidInputError {
  return new InvalidInputError(
    `${domain === '' ? 'The line' : domain} cannot be used; nothing was begun.`,
    problems,
  );
}

/** What a job keeps of the reports: where each domain stands. The steps themselves stand with the provisioning. */
export function bulkSummary(reports: readonly BulkReport[]): JsonObject {
  const of = (test: (report: BulkReport) => boolean): number => reports.filter(test).length;
  return {
    live: of(({ provisioning }) => provisioning?.state === 'live'),
    going: of(({ provisioning }) => provisioning?.state === 'going'),
    refused: of(({ error }) => error !== null),
    domains: reports.map(({ position, domain, provisioning, error }) => {
      const holding = provisioning === null ? null : holdingStep(provisioning);
      return {
        line: position.line ?? null,
        domain: provisioning?.domain ?? domain,
        state: provisioning?.state ?? 'refused',
        holding:
          holding === null
            ? null
            : {
                step: holding.name,
                state: holding.state,
                reason: holding.reason,
                next: [...holding.next],
              },
        error:
          error === null
            ? null
            : { code: error.code, kind: error.kind, message: error.message, next: [...error.next] },
      };
    }),
  };
}
