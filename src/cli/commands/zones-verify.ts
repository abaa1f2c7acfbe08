/** `zoneward zones verify`: what is wanted, what Cloudflare holds, what its nameservers answer, what resolvers see. */
import { type Command, Option } from 'commander';
import { isVerified, type SourceFormat, type Verification } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { collect, examples, span } from '../help.ts';
import { counted } from '../output/words.ts';
import { readSource } from '../source.ts';
import { formatVerification, openFindings, verificationJson } from '../views/verification.ts';

interface VerifyFlags {
  readonly file?: string;
  readonly format?: SourceFormat;
  readonly only?: readonly string[];
  readonly resolver?: readonly string[];
  readonly wait?: number;
  readonly all?: boolean;
}

export function registerZonesVerify(zones: Command, cli: Cli): void {
  zones
    .command('verify [zone]')
    .description(
      'Compare what is wanted, what Cloudflare holds, what its nameservers answer and what resolvers see, for each set of records. Asks the parent who is in charge. Exit code 3 when something is not as it should be.',
    )
    .option('-f, --file <path>', 'what is wanted; without it the zone as it was last known here')
    .addOption(
      new Option('--format <name>', 'bind, octodns or document').choices(['bind', 'octodns', 'document']),
    )
    .option('--only <pattern>', 'only names like this: www, *.dev (may be given again)', collect)
    .option(
      '--resolver <address>',
      'ask this resolver, IP or IP:PORT (may be given again); default ZONEWARD_RESOLVERS, else three public ones',
      collect,
    )
    .option('--wait <time>', 'look again until all is well, for so long: 90s, 10m', span)
    .option('--all', 'show also what is fine')
    .addHelpText(
      'after',
      examples(
        'zoneward zones verify example.com',
        'zoneward zones verify example.com -f example.com.yaml --wait 10m',
        'zoneward zones verify example.com --only www --resolver 1.1.1.1 --json',
      ),
    )
    .action(
      cli.run(async (session, argument: string | undefined, flags: VerifyFlags) => {
        const zone = session.zoneName(argument);
        const { file, format, only, resolver, wait } = flags;
        const text = file === undefined ? undefined : await readSource(session.io, file);
        const source =
          text === undefined ? undefined : { ...text, ...(format === undefined ? {} : { format }) };
        const { zones: room } = await session.tenant();
        const bar = session.progress();
        bar.status(`Looking at ${zone} …`);
        const onLook = (seen: Verification): void =>
          bar.status(`${counted(openFindings(seen), 'finding')} yet; looking again …`);
        const words = { saying: 'Stops looking.', hard: 'Nothing was written.' };
        const seen = await session
          .interruptible(words, (signal) =>
            room.verify(zone, {
              ...session.via,
              signal,
              onLook,
              ...(source === undefined ? {} : { source }),
              ...(only === undefined ? {} : { only }),
              ...(resolver === undefined ? {} : { resolvers: resolver }),
              ...(wait === undefined ? {} : { waitMs: wait }),
            }),
          )
          .finally(() => bar.end());
        session.out.result({
          json: () => verificationJson(seen),
          text: () => formatVerification(session.out, seen, flags.all === true),
        });
        return isVerified(seen) ? EXIT.done : EXIT.findings;
      }),
    );
}
