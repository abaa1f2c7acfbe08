/** Domains brought up and taken down by a server. Files are read here; steps, and lists as jobs, are the server's. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type BulkItem, type BulkReport, bulkItems } from '../../app/bulk-provision.ts';
import { isZonewardError, type ProvisionInput, type Provisioning } from '../../app/re-exports.ts';
import type { TenantProvisioning } from '../../app/tenant-provisioning.ts';
import type * as api from '../../client/index.ts';
import { type Client, waitForJob } from '../../client/index.ts';
import { fileName } from './file-names.ts';
import { ofJob } from './remote-changes.ts';
import { asked } from './remote-error.ts';
import { milliseconds } from './remote-models.ts';

const LIST_MAX = 50;
/** Domains of one job of the server. */
const JOB_DOMAINS_MAX = 1_000;
/** Reports that are fetched at a time. */
const FETCHED_AT_ONCE = 4;
/** So long a purchase is followed before a person is told to come back. */
const PURCHASE_WAIT_MS = 60_000;
const LOOK_MS = 2_000;

type Room = Pick<TenantProvisioning, 'provision' | 'status' | 'list' | 'deprovision' | 'bulk'>;

export function remoteProvisioning(client: Client): Room {
  const status: Room['status'] = async (domain) =>
    provisioningOf(await asked(client.getProvisioning({ domain })));
  return {
    status,
    provision: async (domain, { signal, ...input } = {}) => {
      const options = signal === undefined ? {} : { signal };
      const body = { domain, ...wishBody(input), ...registerBody(input) };
      let current = await asked(client.startProvisioning({ body }, options));
      const until = Date.now() + PURCHASE_WAIT_MS;
      while (isBuying(current) && Date.now() < until && !isAborted(signal)) {
        await sleep(LOOK_MS, undefined, options).catch(() => {});
        if (!isAborted(signal)) current = await asked(client.resumeProvisioning({ domain }));
      }
      return provisioningOf(current);
    },
    list: async (limit = LIST_MAX) =>
      (await asked(client.listProvisionings({ query: { limit } }))).items.map(provisioningOf),
    deprovision: async (domain, { allow } = {}) => {
      const body = allow === undefined ? {} : { allow: [...allow] };
      return provisioningOf(await asked(client.takeDownProvisioning({ domain, body })));
    },
    bulk: async (list, { common = {}, readFile, readTemplate, onLine, signal }) => {
      const items = bulkItems(list, { common: {}, readFile, readTemplate });
      const { refused, wishes } = await readItems(items);
      const reports = new Map<number, BulkReport>(refused);
      const tell = (domain: string, doneOfJob: number): void =>
        onLine?.(
          { position: {}, domain, provisioning: null, error: null },
          refused.size + doneOfJob,
          items.length,
        );
      for (let at = 0; at < wishes.length && signal?.aborted !== true; at += JOB_DOMAINS_MAX) {
        const part = wishes.slice(at, at + JOB_DOMAINS_MAX);
        const body = { domains: part.map(({ body: one }) => one), common: wishBody(common) };
        const result = await runJob(client, body, {
          onProgress: (domain, done) => tell(domain, at + done),
          ...(signal === undefined ? {} : { signal }),
        });
        for (const [index, report] of await reportsOf(part, result, status)) reports.set(index, report);
      }
      return items.flatMap((_, index) => reports.get(index) ?? []);
    },
  };
}

interface Wish {
  readonly index: number;
  readonly item: BulkItem;
  readonly body: api.NewProvisioning;
}

/** Lines that cannot be read are refused here; the others go to the server. */
async function readItems(
  items: readonly BulkItem[],
): Promise<{ readonly refused: Map<number, BulkReport>; readonly wishes: readonly Wish[] }> {
  const refused = new Map<number, BulkReport>();
  const wishes: Wish[] = [];
  for (const [index, item] of items.entries()) {
    const { position, domain, read } = item;
    try {
      const input = await read();
      wishes.push({ index, item, body: { domain, ...wishBody(input), ...registerBody(input) } });
    } catch (error) {
      if (!isZonewardError(error)) throw error;
      refused.set(index, { position, domain, provisioning: null, error });
    }
  }
  return { refused, wishes };
}

interface JobRow {
  readonly line: number;
  readonly domain: string;
  readonly state: string;
  readonly error: Readonly<Record<string, unknown>> | null;
}

/** The rows of the job's result; of a cancelled one, those that were begun. */
async function runJob(
  client: Client,
  body: api.NewProvisionings,
  { signal, onProgress }: { signal?: AbortSignal; onProgress: (domain: string, done: number) => void },
): Promise<readonly JobRow[]> {
  const { id } = await asked(client.startProvisionings({ body }));
  // The job is the server's: a person who stops asks it to stop, and still hears how far it came.
  const stop = (): void => void client.cancelJob({ id }).catch(() => {});
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const job = await asked(
    waitForJob(client, id, {
      onProgress: ({ progress }) => {
        if (progress !== null) onProgress(String(progress['domain']), Number(progress['done']));
      },
    }),
  ).finally(() => signal?.removeEventListener('abort', stop));
  if (job.state === 'failed') throw ofJob(job.error);
  return (job.result?.['domains'] ?? []) as readonly JobRow[];
}

async function reportsOf(
  wishes: readonly Wish[],
  rows: readonly JobRow[],
  status: Room['status'],
): Promise<readonly (readonly [number, BulkReport])[]> {
  const reports: (readonly [number, BulkReport])[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < rows.length; at = next++) {
      const row = rows[at];
      const wish = row === undefined ? undefined : wishes[row.line - 1];
      if (row === undefined || wish === undefined) return;
      const { position, domain } = wish.item;
      const provisioning = row.error === null ? await status(row.domain) : null;
      const error = row.error === null ? null : ofJob(row.error);
      reports.push([wish.index, { position, domain, provisioning, error }]);
    }
  };
  await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, work));
  return reports;
}

/** What is wanted, as the API takes it. */
function wishBody(input: Omit<ProvisionInput, 'signal'>): Omit<api.NewProvisioning, 'domain' | 'register'> {
  const { connection, source, allow, templates, tls, dnssec, resolvers } = input;
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(source === undefined
      ? {}
      : {
          text: source.text,
          file: fileName(source.file),
          ...(source.format === undefined ? {} : { format: source.format }),
        }),
    ...(allow === undefined ? {} : { allow: [...allow] }),
    ...(templates === undefined
      ? {}
      : {
          templates: templates.map(({ template, groups, ...one }) => ({
            ...one,
            template:
              typeof template === 'string'
                ? template
                : { text: template.text, file: fileName(template.file) },
            ...(groups === undefined ? {} : { groups: [...groups] }),
          })),
        }),
    ...(tls === undefined ? {} : { tls }),
    ...(dnssec === undefined ? {} : { dnssec }),
    ...(resolvers === undefined ? {} : { resolvers: [...resolvers] }),
  };
}

function registerBody({ register }: Pick<ProvisionInput, 'register'>): Pick<api.NewProvisioning, 'register'> {
  if (register === undefined) return {};
  const { connection: _, sandbox: __, signal: ___, waitMs: ____, privacyMode: _____, ...order } = register;
  return { register: order as NonNullable<api.NewProvisioning['register']> };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function isBuying({ steps }: api.Provisioning): boolean {
  return steps.some(({ name, state }) => name === 'register' && state === 'waiting');
}

function provisioningOf({ purchaseId, holding: _, added, ...view }: api.Provisioning): Provisioning {
  return {
    ...view,
    steps: view.steps.map((step) => ({ ...step, at: milliseconds(step.at) })),
    wish: { register: purchaseId === null ? null : { purchaseId } },
    added: { ...added, zone: { state: added.zone, meantAt: null } },
    createdAt: Date.parse(view.createdAt),
    dueAt: milliseconds(view.dueAt),
    // Brands are given here, at the border.
  } as unknown as Provisioning;
}
