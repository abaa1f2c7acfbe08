/**
 * Purchases on the sandbox's registrar: the real client, the real store, the real use cases, on one clock whose time
 * passes only when someone waits. A life can be made to die before or after its nth effect; the sandbox's charges are
 * the judge of what was bought.
 */
import type { Random } from '../../src/base/clock.ts';
import type { AccountId, ConnectionId, TenantId } from '../../src/base/ids.ts';
import { Secret } from '../../src/base/secret.ts';
import { type Cloudflare, createCloudflare } from '../../src/cloudflare/cloudflare.ts';
import { sealEvent, verifyChain } from '../../src/domains/audit/chain.ts';
import type { Purchase } from '../../src/domains/registrar/model.ts';
import { readRegistrable } from '../../src/domains/registrar/offer.ts';
import type { Registrar } from '../../src/domains/registrar/ports.ts';
import {
  type RegisterPorts,
  type RegisterRequest,
  registerDomain,
} from '../../src/domains/registrar/register-domain.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { seededRandom } from './random.ts';
import { Death, type DeathAt, RigClock } from './rig.ts';

export const TENANT = 'local' as TenantId;

export class RegistrarRig implements AsyncDisposable {
  readonly clock: RigClock;
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly cloudflare: Cloudflare;
  readonly random: Random = seededRandom(7);

  private constructor(parts: { clock: RigClock; store: Store; sandbox: Sandbox }) {
    this.clock = parts.clock;
    this.store = parts.store;
    this.sandbox = parts.sandbox;
    this.cloudflare = createCloudflare({
      credential: { kind: 'user-token', token: new Secret(parts.sandbox.tokens.full) },
      baseUrl: parts.sandbox.baseUrl,
      clock: parts.clock,
      random: seededRandom(3),
    });
  }

  static async open(options: SandboxOptions = {}): Promise<RegistrarRig> {
    const clock = new RigClock();
    const sandbox = await startSandbox({
      dnsPort: false,
      warn: () => {},
      rateLimit: false,
      clock,
      ...options,
    });
    const store = await openStore({
      url: 'sqlite::memory:',
      clock,
      random: seededRandom(1),
      seal: sealEvent,
    });
    return new RegistrarRig({ clock, store, sandbox });
  }

  limit(amount: string): Promise<void> {
    return this.store.purchases.setSpendLimit(TENANT, { monthly: { amount, currency: 'USD' } }, []);
  }

  charged(): string[] {
    return this.sandbox.registrar.charges().map(({ domain, amount }) => `${domain} ${amount}`);
  }

  request(name: string, more: Partial<RegisterRequest> = {}): RegisterRequest {
    return {
      tenantId: TENANT,
      connectionId: 'con_rig' as ConnectionId,
      place: { accountId: this.sandbox.accountId as AccountId, namespace: 'live' },
      name: readRegistrable(name),
      order: {
        years: null,
        autoRenew: false,
        privacyMode: null,
        contacts: null,
        contactExtensions: null,
        acknowledgements: null,
      },
      confirmPrice: '10.46',
      approvalRequired: false,
      principal: 'test',
      call: { lane: 'interactive' },
      waitMs: 60_000,
      ...more,
    };
  }

  life(death: DeathAt | null = null): Life {
    return new Life(this, death);
  }

  async verifyAudit(): Promise<boolean> {
    return (await verifyChain(this.store.audit.read(TENANT, {}))).ok;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cloudflare.close();
    await this.store.close();
    await this.sandbox.close();
  }
}

/** One life of the program. */
export class Life {
  readonly #rig: RegistrarRig;
  readonly #death: DeathAt | null;
  #dead = false;
  effects = 0;

  constructor(rig: RegistrarRig, death: DeathAt | null) {
    this.#rig = rig;
    this.#death = death;
  }

  ports(): RegisterPorts {
    const { store, cloudflare, clock } = this.#rig;
    const registrar = this.#mortal<Registrar>(cloudflare.registrar);
    return { registrar, purchases: this.#mortal(store.purchases), clock, random: this.#rig.random };
  }

  register(name: string, more: Partial<RegisterRequest> = {}): Promise<Purchase> {
    return registerDomain(this.ports(), this.#rig.request(name, more));
  }

  #die(): never {
    this.#dead = true;
    throw new Death();
  }

  #mortal<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return async (...input: unknown[]): Promise<unknown> => {
          if (this.#dead) throw new Death();
          this.effects += 1;
          const side = this.#death?.effect === this.effects ? this.#death.side : null;
          if (side === 'before') this.#die();
          try {
            return await (Reflect.apply(value, target, input) as Promise<unknown>);
          } finally {
            if (side === 'after') this.#die();
          }
        };
      },
    });
  }
}
