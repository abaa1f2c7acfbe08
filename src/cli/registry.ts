/** Every command: its name, a line about it, and where its code is. Loaded before anything else, so it stays small. */
import type { Command } from 'commander';
import type { Cli } from './cli.ts';

export interface CommandModule {
  /** Adds the command and its subcommands to the program. */
  readonly register: (program: Command, cli: Cli) => void;
}

export interface CommandEntry {
  readonly name: string;
  /** The other name that the command itself gives. */
  readonly alias?: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
}

export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    title: 'Begin',
    commands: [
      {
        name: 'demo',
        summary: 'The whole job in half a minute, against a local Cloudflare',
        load: () => import('./commands/demo.ts'),
      },
      {
        name: 'init',
        summary: 'Make the home folder, the store and the key of the vault',
        load: () => import('./commands/init.ts'),
      },
      {
        name: 'serve',
        summary: 'Answer the HTTP API, with a worker inside',
        load: () => import('./commands/serve.ts'),
      },
      {
        name: 'sandbox',
        summary: 'Start a local Cloudflare: its API and its DNS',
        load: () => import('./commands/sandbox.ts'),
      },
    ],
  },
  {
    title: 'Connect and look',
    commands: [
      {
        name: 'connections',
        alias: 'connection',
        summary: 'Credentials: add, test, list, edit, relink, rotate, remove',
        load: () => import('./commands/connections.ts'),
      },
      {
        name: 'connect-sessions',
        summary: 'Links with which a customer gives a credential without a key',
        load: () => import('./commands/connect-sessions.ts'),
      },
      {
        name: 'zones',
        alias: 'zone',
        summary: 'Zones: list, sync, their history, export',
        load: () => import('./commands/zones.ts'),
      },
      {
        name: 'records',
        alias: 'record',
        summary: 'Records: list, find, add, edit and remove, in one zone or in all',
        load: () => import('./commands/records.ts'),
      },
    ],
  },
  {
    title: 'Change',
    commands: [
      {
        name: 'plan',
        summary: 'Show what a file would change in a zone; write nothing',
        load: () => import('./commands/plan.ts'),
      },
      {
        name: 'apply',
        summary: 'Make a zone hold what a file, or a saved plan, says',
        load: () => import('./commands/apply.ts'),
      },
      {
        name: 'policies',
        summary: 'How large a change may be, and which one someone else must approve',
        load: () => import('./commands/policies.ts'),
      },
      {
        name: 'undo',
        summary: 'Take a change set back, or bring a zone back to a moment',
        load: () => import('./commands/undo.ts'),
      },
      {
        name: 'changes',
        alias: 'change',
        summary: 'Change sets: list, show, cancel, resume',
        load: () => import('./commands/changes.ts'),
      },
      {
        name: 'tls',
        summary: 'SSL/TLS of zones: show, set, baselines, DNSSEC, certificates',
        load: () => import('./commands/tls.ts'),
      },
      {
        name: 'drift',
        summary: 'What was changed from outside: show, accept, take back',
        load: () => import('./commands/drift.ts'),
      },
    ],
  },
  {
    title: 'Own and bring up',
    commands: [
      {
        name: 'domains',
        alias: 'domain',
        summary: 'Registrations: search, check, buy once, auto-renew, expiry calendar',
        load: () => import('./commands/domains.ts'),
      },
      {
        name: 'templates',
        alias: 'template',
        summary: 'Domain Connect templates: list, show, check, apply, take away',
        load: () => import('./commands/templates.ts'),
      },
      {
        name: 'provision',
        summary: 'Bring a domain up, from its zone to live; take it down again',
        load: () => import('./commands/provision.ts'),
      },
    ],
  },
  {
    title: 'Account for it',
    commands: [
      {
        name: 'audit',
        summary: 'The audit trail: list, verify, export',
        load: () => import('./commands/audit.ts'),
      },
      {
        name: 'usage',
        summary: 'Calls to Cloudflare: how many, how slow, what failed',
        load: () => import('./commands/usage.ts'),
      },
      {
        name: 'webhooks',
        summary: 'Addresses that events are told to: add, test, log, send again',
        load: () => import('./commands/webhooks.ts'),
      },
      {
        name: 'worker',
        summary: 'Keep zones in step, rotate and remind, until Ctrl-C',
        load: () => import('./commands/worker.ts'),
      },
      {
        name: 'keys',
        summary: "The vault's keys: status, add, promote, rewrap, retire",
        load: () => import('./commands/keys.ts'),
      },
      {
        name: 'api-keys',
        summary: 'Keys for the HTTP API: create, list, revoke',
        load: () => import('./commands/api-keys.ts'),
      },
      {
        name: 'tenants',
        summary: 'Whose data the store holds; export one, erase one',
        load: () => import('./commands/tenants.ts'),
      },
      {
        name: 'store',
        summary: 'Check the store, back it up, move it to PostgreSQL',
        load: () => import('./commands/store.ts'),
      },
    ],
  },
];

export function findCommand(name: string): CommandEntry | undefined {
  return COMMAND_GROUPS.flatMap((group) => group.commands).find(
    (command) => command.name === name || command.alias === name,
  );
}
