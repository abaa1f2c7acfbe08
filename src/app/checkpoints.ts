/**
 * Where audit checkpoints come from and go to: the signing key in the home folder, a file that every checkpoint is
 * appended to, a webhook where one is configured, and the store's own memory of the latest and the base.
 */
import { appendFile } from 'node:fs/promises';
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type {
  Checkpoint,
  CheckpointPorts,
  CheckpointShelf,
  CheckpointSink,
} from '../domains/audit/checkpoint.ts';
import type { StoreSettings } from '../store/settings.ts';
import { openSigningKey, type SigningKey } from '../vault/signing-key.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';

const WEBHOOK_TIMEOUT_MS = 10_000;

export interface OpenCheckpoints {
  readonly ports: CheckpointPorts;
  readonly key: SigningKey;
}

export async function openCheckpoints(context: Context): Promise<OpenCheckpoints> {
  const { config, store, clock } = context;
  const key = await openSigningKey(config.signingKeyFile);
  const sinks = [fileSink(config.checkpointFile), ...webhookSinks(config)];
  return { key, ports: { trail: store.audit, signer: key, shelf: shelfOn(store.settings), sinks, clock } };
}

/** One JSON object a line. */
function fileSink(file: string): CheckpointSink {
  return { put: (checkpoint) => appendFile(file, `${JSON.stringify(checkpoint)}\n`, { mode: 0o600 }) };
}

function webhookSinks(config: Config): CheckpointSink[] {
  const url = config.checkpointWebhook;
  if (url === null) return [];
  return [
    {
      put: async (checkpoint) => {
        const answer = await post(url, checkpoint);
        if (answer >= 200 && answer < 300) return;
        throw new ZonewardError(`The checkpoint webhook answered ${answer}`, {
          code: 'checkpoint-not-delivered',
          kind: 'temporary',
          next: ['Check ZONEWARD_CHECKPOINT_WEBHOOK; the next checkpoint covers this one.'],
        });
      },
    },
  ];
}

async function post(url: string, checkpoint: Checkpoint): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(checkpoint),
      redirect: 'error',
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    throw new ZonewardError('The checkpoint webhook did not answer', {
      code: 'checkpoint-not-delivered',
      kind: 'temporary',
      next: ['Check ZONEWARD_CHECKPOINT_WEBHOOK; the next checkpoint covers this one.'],
      cause,
    });
  }
}

function shelfOn(settings: StoreSettings): CheckpointShelf {
  const read = async (key: string): Promise<Checkpoint | null> => {
    const text = await settings.get(key);
    return text === null ? null : (JSON.parse(text) as Checkpoint);
  };
  const latestKey = (tenantId: TenantId): string => `audit-checkpoint:${tenantId}`;
  const baseKey = (tenantId: TenantId): string => `audit-base:${tenantId}`;
  return {
    latest: (tenantId) => read(latestKey(tenantId)),
    setLatest: (checkpoint) => settings.set(latestKey(checkpoint.tenantId), JSON.stringify(checkpoint)),
    base: (tenantId) => read(baseKey(tenantId)),
    setBase: (checkpoint) => settings.set(baseKey(checkpoint.tenantId), JSON.stringify(checkpoint)),
  };
}
