/** `zoneward connections rotate` and `minter`: a new token in place of the old one, while everything runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RotationView } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { type CredentialFlags, readCredential } from '../credential-input.ts';
import { EXIT } from '../exit.ts';
import { withSecretFlags } from '../flags/credential-flags.ts';
import { examples, span } from '../help.ts';
import { visible } from '../output/width.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { formatRotation, ROTATION_SAID, rotationJson } from '../views/rotation.ts';

interface RotateFlags extends CredentialFlags {
  readonly minter?: boolean;
  readonly narrow?: boolean;
  readonly wait?: boolean;
  readonly drain?: number;
  readonly cancel?: boolean;
}

export function registerRotation(connections: Command, cli: Cli): void {
  withSecretFlags(
    connections
      .command('rotate [connection]')
      .description(
        'Make a new token, prove that it can do what the old one can, switch to it, delete the old one. Run again, it goes on where it was.',
      ),
  )
    .option('--minter', 'first ask for a credential that may make tokens, and keep it for this connection')
    .option('--narrow', 'give the new token only the rights of the profile')
    .option('--wait', 'wait until the old token is deleted, too')
    .option('--drain <time>', 'from the switch to the deletion of the old token; default 5m', span)
    .option('--cancel', 'give up a rotation that has not switched yet')
    .addHelpText(
      'after',
      examples(
        'zoneward connections rotate "Shop, production"',
        'zoneward connections rotate con_… --minter           (asks for it, without showing it)',
        'zoneward connections rotate con_… --wait --drain 30s',
      ),
    )
    .action(
      cli.run(async (session, named: string | undefined, flags: RotateFlags) =>
        rotate(session, named, flags),
      ),
    );

  withSecretFlags(
    connections
      .command('minter <connection>')
      .description(
        'Keep a credential that may make tokens, for a connection whose own may not; it is used for rotation only.',
      ),
  )
    .option('--remove', 'delete it')
    .addHelpText(
      'after',
      examples('zoneward connections minter con_…', 'zoneward connections minter con_… --remove'),
    )
    .action(
      cli.run(async (session, reference: string, flags: CredentialFlags & { readonly remove?: boolean }) => {
        const tenant = await session.tenant();
        const { id, label } = await tenant.connections.get(reference);
        if (flags.remove === true) {
          await confirm(session.io, `Delete the minter of "${visible(label)}"?`, session.flags.yes === true);
          await tenant.connections.setMinter(id, null);
        } else {
          await askMinter(session, id, flags);
        }
        const minter = await tenant.connections.minter(id);
        session.out.result({
          json: () => ({ connection: id, minter }),
          text: () => {
            const told = minter === null ? 'has no minter now' : `has a minter now (${minter.kind})`;
            return `${session.out.paint.green('✓')} "${visible(label)}" ${told}.\n`;
          },
        });
      }),
    );
}

/** The environment's credential is the connection's as a rule, and not meant here. */
async function askMinter(session: Session, id: string, flags: CredentialFlags): Promise<void> {
  const given = await readCredential(session, flags, {
    environment: false,
    what: 'API token that may make tokens',
  });
  const tenant = await session.tenant();
  await tenant.connections.setMinter(id, given.credential);
  if (given.reference !== null)
    session.out.note('The minter is sealed in the vault; its reference is not kept.');
}

async function rotate(session: Session, named: string | undefined, flags: RotateFlags): Promise<number> {
  const { out } = session;
  const tenant = await session.tenant();
  const { id, label } = await tenant.connections.get(named ?? session.flags.connection);
  if (flags.cancel === true) {
    const given = await tenant.connections.cancelRotation(id);
    out.result({
      json: () => ({ rotation: given === null ? null : rotationJson(given) }),
      text: () =>
        given === null
          ? 'No rotation is under way.\n'
          : `${out.paint.green('✓')} ${ROTATION_SAID[given.step]}\n`,
    });
    return EXIT.done;
  }
  if (flags.minter === true) await askMinter(session, id, flags);
  const rotation = await session.interruptible(
    {
      saying: 'Stopping; the rotation goes on with `zoneward worker`, or when this is run again.',
      hard: 'Stopped. Nothing is lost: run the same again.',
    },
    (signal) => follow(session, id, { flags, signal }),
  );
  out.result({
    json: () => ({ rotation: rotationJson(rotation) }),
    text: () => `${visible(label)}: ${formatRotation(out, rotation)}`,
  });
  return exitOf(rotation);
}

/** A pause longer than this is a worker's to wait for, or a later run's. */
const PAUSE_MAX_MS = 60_000;

/** Carries it on as long as somebody would wait: to the switch, or to the end with `--wait`. */
async function follow(
  session: Session,
  id: string,
  { flags, signal }: { readonly flags: RotateFlags; readonly signal: AbortSignal },
): Promise<RotationView> {
  const { connections } = await session.tenant();
  const bar = session.progress();
  const request = {
    ...(flags.narrow === undefined ? {} : { narrow: flags.narrow }),
    ...(flags.drain === undefined ? {} : { drainMs: flags.drain }),
  };
  try {
    bar.status('Making and proving a new token …');
    let rotation = await connections.rotate(id, request);
    while (rotation.dueAt !== null && !signal.aborted) {
      const switched = rotation.step === 'draining' || rotation.step === 'revoking';
      const pauseMs = Math.max(0, rotation.dueAt - session.io.now());
      if (flags.wait !== true && (switched || pauseMs > PAUSE_MAX_MS)) break;
      bar.status(`${ROTATION_SAID[rotation.step]} ${rotation.lastError?.message ?? ''}`);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      rotation = (await connections.continueRotation(id, request)) ?? rotation;
    }
    return rotation;
  } finally {
    bar.end();
  }
}

function exitOf({ step }: RotationView): number {
  if (step === 'backed-out' || step === 'backing-out') return EXIT.failed;
  return step === 'minting' || step === 'proving' ? EXIT.temporary : EXIT.done;
}
