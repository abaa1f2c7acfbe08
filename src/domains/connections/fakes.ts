/**
 * The ports of connections in memory, for tests: a store that keeps its promises (versions, labels, one commit), a
 * vault that seals nothing, and a small Cloudflare with accounts, zones and tokens that counts its calls. Not for
 * use outside tests.
 */
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import type { ConnectionId, TenantId } from '../../base/ids.ts';
import { Secret } from '../../base/secret.ts';
import type { NewEvent } from '../audit/model.ts';
import type { Connection, Minter, Rotation } from './model.ts';
import type {
  ConnectionStore,
  RotationStore,
  SealedSecret,
  SecretContext,
  SecretReferences,
  Vault,
} from './ports.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** Stands still until it is advanced; `sleep` advances it. */
export function fakeClock(start: number = Date.UTC(2026, 9, 1)): FakeClock {
  let now = start;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

/** The same numbers from the same seed. */
export function fakeRandom(seed = 1): Random {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) };
}

export function fakeStore(): FakeStoreViews {
  const state = newState();
  return { store: connectionStore(state), rotations: rotationStore(state), state };
}

export interface FakeStoreViews {
  readonly store: ConnectionStore;
  readonly rotations: RotationStore;
  readonly state: FakeState;
}

export interface FakeState {
  readonly connections: Map<ConnectionId, Connection>;
  readonly removed: Set<ConnectionId>;
  readonly secrets: Map<ConnectionId, SealedSecret>;
  readonly rotations: Map<string, Rotation>;
  readonly minters: Map<ConnectionId, Minter>;
  readonly events: NewEvent[];
}

function newState(): FakeState {
  return {
    connections: new Map(),
    removed: new Set(),
    secrets: new Map(),
    rotations: new Map(),
    minters: new Map(),
    events: [],
  };
}

function conflict(code: string): ZonewardError {
  return new ZonewardError(`Refused: ${code}.`, { code, kind: 'conflict' });
}

function liveOf(state: FakeState, tenantId: TenantId): Connection[] {
  return [...state.connections.values()].filter(
    (connection) => connection.tenantId === tenantId && !state.removed.has(connection.id),
  );
}

function checkLabel(state: FakeState, connection: Connection): void {
  const others = liveOf(state, connection.tenantId).filter((other) => other.id !== connection.id);
  if (others.some((other) => other.label === connection.label)) throw conflict('label-taken');
}

function checkUpdate(state: FakeState, connection: Connection): void {
  const before = liveOf(state, connection.tenantId).find((other) => other.id === connection.id);
  if (before === undefined || before.version !== connection.version - 1) throw conflict('connection-moved');
  checkLabel(state, connection);
}

function write(state: FakeState, connection: Connection, sealed: SealedSecret | null): void {
  state.connections.set(connection.id, connection);
  if (sealed !== null) state.secrets.set(connection.id, sealed);
  if (connection.secretSource.kind === 'reference') state.secrets.delete(connection.id);
}

function connectionStore(state: FakeState): ConnectionStore {
  const find = (tenantId: TenantId, id: ConnectionId): Connection | null =>
    liveOf(state, tenantId).find((connection) => connection.id === id) ?? null;
  return {
    create: async (connection, sealed, events) => {
      checkLabel(state, connection);
      write(state, connection, sealed);
      state.events.push(...events);
    },
    get: async (tenantId, id) => find(tenantId, id),
    list: async (tenantId) => liveOf(state, tenantId).sort((a, b) => (a.label < b.label ? -1 : 1)),
    update: async (connection, sealed, events) => {
      checkUpdate(state, connection);
      write(state, connection, sealed);
      state.events.push(...events);
    },
    sealedSecret: async (tenantId, id) =>
      find(tenantId, id) === null ? null : (state.secrets.get(id) ?? null),
    remove: async (tenantId, id, events) => {
      if (find(tenantId, id) === null)
        throw new ZonewardError('No connection.', { code: 'connection-not-found', kind: 'not-found' });
      state.removed.add(id);
      state.secrets.delete(id);
      state.events.push(...events);
    },
  };
}

const ended = (rotation: Rotation): boolean => rotation.step === 'done' || rotation.step === 'backed-out';

function rotationStore(state: FakeState): RotationStore {
  const of = (tenantId: TenantId, id: ConnectionId): Rotation[] =>
    [...state.rotations.values()].filter((one) => one.tenantId === tenantId && one.connectionId === id);
  return {
    current: async (tenantId, id) => of(tenantId, id).find((rotation) => !ended(rotation)) ?? null,
    list: async (tenantId, id, limit) => of(tenantId, id).reverse().slice(0, limit),
    due: async (now, limit) =>
      [...state.rotations.values()].filter((one) => one.dueAt !== null && one.dueAt <= now).slice(0, limit),
    begin: async (rotation, connection, events) => {
      if (of(rotation.tenantId, rotation.connectionId).some((one) => !ended(one)))
        throw conflict('rotation-under-way');
      checkUpdate(state, connection);
      state.rotations.set(rotation.id, rotation);
      write(state, connection, null);
      state.events.push(...events);
    },
    advance: async (rotation, change, events) => {
      if (state.rotations.get(rotation.id)?.version !== rotation.version - 1)
        throw conflict('rotation-moved');
      if (change !== null) {
        checkUpdate(state, change.connection);
        write(state, change.connection, change.sealed);
      }
      state.rotations.set(rotation.id, rotation);
      state.events.push(...events);
    },
    minter: async (_tenantId, id) => state.minters.get(id) ?? null,
    putMinter: async (_tenantId, id, minter, events) => {
      if (minter === null) state.minters.delete(id);
      else state.minters.set(id, minter);
      state.events.push(...events);
    },
  };
}

/** Keeps secrets in its own memory: what it gives to the store holds no trace of them. Opens only in context. */
export function fakeVault(): Vault {
  const secrets = new Map<string, { secret: Secret; context: string }>();
  const text = (context: SecretContext): string => JSON.stringify(Object.entries(context).sort());
  const prints = new Map<string, string>();
  return {
    seal: async (context, secret) => {
      const ciphertext = `sealed-${secrets.size + 1}`;
      secrets.set(ciphertext, { secret, context: text(context) });
      return { keyId: 'fake', wrappedKey: '', nonce: '', ciphertext, version: context.version };
    },
    open: async (context, sealed) => {
      const found = secrets.get(sealed.ciphertext);
      if (found === undefined || found.context !== text(context)) {
        throw new ZonewardError('It does not open.', { code: 'vault-open-failed', kind: 'internal' });
      }
      return found.secret;
    },
    fingerprint: async (tenantId, secret) => {
      const key = `${tenantId} ${secret.reveal()}`;
      const print = prints.get(key) ?? `print-${prints.size + 1}`;
      prints.set(key, print);
      return print;
    },
  };
}

export function fakeReferences(values: Readonly<Record<string, string>> = {}): SecretReferences {
  return {
    schemes: ['env', 'file'],
    resolve: async (reference) => {
      const value = values[reference];
      if (value !== undefined) return new Secret(value);
      throw new ZonewardError(`${reference} is not there.`, {
        code: 'secret-reference-failed',
        kind: 'credentials',
      });
    },
  };
}
