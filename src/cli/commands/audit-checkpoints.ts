/** `zoneward audit checkpoint|prune|erase|key`: what makes the trail provable elsewhere, and what may leave it. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples, wholeNumber } from '../help.ts';
import { parseTime } from '../moment.ts';
import { isoTime, utcTime } from '../output/time.ts';
import { confirm } from '../prompt.ts';

export function registerCheckpoints(audit: Command, cli: Cli): void {
  audit
    .command('checkpoint')
    .description('Sign where the trail ends, and send that away: to the checkpoint file and the webhook.')
    .addHelpText('after', '\nZONEWARD_CHECKPOINT_FILE and ZONEWARD_CHECKPOINT_WEBHOOK say where to.\n')
    .action(
      cli.run(async (session) => {
        const checkpoint = await (await session.tenant()).audit.checkpoint();
        const { paint } = session.out;
        session.out.result({
          json: () => ({ checkpoint }),
          text: () =>
            checkpoint === null
              ? 'Nothing was added since the last checkpoint.\n'
              : `${paint.green('✓')} event ${checkpoint.sequence} signed with ${checkpoint.keyId}\n`,
        });
      }),
    );
  audit
    .command('key')
    .description('The public key that verifies the checkpoints of this store.')
    .action(
      cli.run(async (session) => {
        const publicKey = await (await session.tenant()).audit.publicKey();
        session.out.result({ json: () => ({ publicKey }), text: () => publicKey });
      }),
    );
  registerPrune(audit, cli);
  registerErase(audit, cli);
}

function registerPrune(audit: Command, cli: Cli): void {
  audit
    .command('prune')
    .description('Remove old events, under a signed checkpoint; what stays still verifies.')
    .requiredOption('--before <time>', 'events older than that: 365d, 2026-01-01')
    .addHelpText(
      'after',
      examples('zoneward audit export -o audit-2025.jsonl', 'zoneward audit prune --before 365d'),
    )
    .action(
      cli.run(async (session, flags: { readonly before: string }) => {
        const before = parseTime(flags.before, session.out.now());
        await confirm(
          session.io,
          `Remove the audit events from before ${utcTime(before)}? Nothing brings them back.`,
          session.flags.yes === true,
        );
        const pruned = await (await session.tenant()).audit.prune(before);
        const { paint } = session.out;
        session.out.result({
          json: () => ({ before: isoTime(before), events: pruned?.events ?? 0, base: pruned?.base ?? null }),
          text: () =>
            pruned === null
              ? `There are no events from before ${utcTime(before)}.\n`
              : `${paint.green('✓')} ${pruned.events} events removed, up to event ${pruned.base.sequence}\n`,
        });
      }),
    );
}

function registerErase(audit: Command, cli: Cli): void {
  audit
    .command('erase <sequence>')
    .description('Remove what one event told, where the law asks. The event and its hashes stay.')
    .requiredOption('--reason <text>', 'why; it becomes an event itself')
    .action(
      cli.run(async (session, sequence: string, flags: { readonly reason: string }) => {
        const number = wholeNumber(1, Number.MAX_SAFE_INTEGER)(sequence);
        await confirm(
          session.io,
          `Erase the payload of event ${number}? Nothing brings it back.`,
          session.flags.yes === true,
        );
        await (await session.tenant()).audit.erasePayload(number, flags.reason);
        session.out.result({
          json: () => ({ erased: number }),
          text: () =>
            `${session.out.paint.green('✓')} event ${number} keeps its place and its hashes; what it told is gone\n`,
        });
      }),
    );
}
