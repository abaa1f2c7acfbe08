/** `zoneward keys`: the keys that seal saved credentials, changed while everything runs. */
import type { Command } from 'commander';
import type { KeyStatus } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { examples } from '../help.ts';
import type { Output } from '../output/output.ts';
import { isoTime, relativeTime } from '../output/time.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { nextSteps } from '../views/connection.ts';

export function register(program: Command, cli: Cli): void {
  const keys = program
    .command('keys')
    .description('The keys that seal saved credentials: add, promote, rewrap, retire, in this order.');
  registerStatus(keys, cli);
  registerChanges(keys, cli);
}

function registerStatus(keys: Command, cli: Cli): void {
  keys
    .command('status')
    .description('Show each key, where it is, and how many secrets stand under it.')
    .action(cli.run(async (session) => showStatus(session)));
}

async function showStatus(session: Session): Promise<void> {
  const zoneward = await session.zoneward();
  const [place, status] = [await zoneward.keys.place(), await zoneward.keys.status()];
  const { out } = session;
  out.result({
    json: () => ({ place, keys: status.map((key) => ({ ...key, addedAt: isoTime(key.addedAt) })) }),
    text: () => `${formatStatus(out, status)}\n  keys are in ${place}\n${nextSteps(out, advice(status))}`,
  });
}

function formatStatus(out: Output, status: readonly KeyStatus[]): string {
  const { green, yellow, red, dim } = out.paint;
  const styles = { current: green, older: yellow, ready: dim, unregistered: red } as const;
  return out.table<KeyStatus>(
    [
      { title: 'key', cell: ({ id }) => id },
      { title: 'state', cell: ({ state }) => state, paint: (text, { state }) => styles[state](text) },
      { title: 'at hand', cell: ({ held }) => (held ? 'yes' : 'no') },
      { title: 'secrets', cell: ({ rows }) => String(rows), align: 'right' },
      { title: 'fingerprints', cell: ({ fingerprint }) => (fingerprint ? 'yes' : '') },
      { title: 'added', cell: ({ addedAt }) => (addedAt === null ? '' : relativeTime(addedAt, out.now())) },
    ],
    status,
  );
}

/** What comes next in a change of keys; nothing while one key does it all. */
function advice(status: readonly KeyStatus[]): readonly string[] {
  const ready = status.find(({ state, held }) => state === 'ready' && held);
  const loaded = status.find(
    ({ state, rows, fingerprint }) => state === 'older' && (rows > 0 || fingerprint),
  );
  const empty = status.find(
    ({ state, rows, fingerprint }) => state === 'older' && rows === 0 && !fingerprint,
  );
  const unknown = status.find(({ state, held }) => state === 'unregistered' && held);
  return [
    ...(unknown === undefined ? [] : [`zoneward keys add ${unknown.id}`]),
    ...(ready === undefined ? [] : [`once every process has it: zoneward keys promote ${ready.id}`]),
    ...(loaded === undefined ? [] : ['zoneward keys rewrap']),
    ...(empty === undefined ? [] : [`zoneward keys retire ${empty.id}`]),
  ];
}

function registerChanges(keys: Command, cli: Cli): void {
  keys
    .command('add [key]')
    .description('Make a new key, or register one that was put there by hand. Nothing is sealed with it yet.')
    .addHelpText('after', examples('zoneward keys add', 'zoneward keys add transit:transit/zoneward-2'))
    .action(
      cli.run(async (session, key: string | undefined) => {
        const zoneward = await session.zoneward();
        session.out.note(`Added ${await zoneward.keys.add(key)}; keep a copy of it apart from the store.`);
        await showStatus(session);
      }),
    );
  keys
    .command('promote <key>')
    .description('Seal with this key from now on. Every process must hold it by now.')
    .action(
      cli.run(async (session, key: string) => {
        await (await session.zoneward()).keys.promote(key);
        await showStatus(session);
      }),
    );
  keys
    .command('rewrap')
    .description('Bring every secret under the current key. Broken off, it is simply run again.')
    .action(
      cli.run(async (session) => {
        const zoneward = await session.zoneward();
        const bar = session.progress();
        const report = await session
          .interruptible(
            {
              saying: 'Stopping after this secret; run it again to go on.',
              hard: 'Stopped. Nothing is lost: run it again.',
            },
            (signal) =>
              zoneward.keys.rewrap({ signal, onRow: (count) => bar.status(`${count} secrets rewrapped`) }),
          )
          .finally(() => bar.end());
        session.out.note(`${report.rewrapped} secrets are under ${report.keyId} now.`);
        await showStatus(session);
      }),
    );
  keys
    .command('retire <key>')
    .description(
      'Take a key out of use, and destroy it where we can. Refused while a secret stands under it.',
    )
    .action(
      cli.run(async (session, key: string) => {
        const zoneward = await session.zoneward();
        const question = `Retire key ${key}? A backup of the store that needs it will not open any more.`;
        await confirm(session.io, question, session.flags.yes === true);
        await zoneward.keys.retire(key);
        await showStatus(session);
      }),
    );
}
