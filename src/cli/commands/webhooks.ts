/** `zoneward webhooks`: addresses that events are told to, their secrets, and the log of what was sent. */
import { type Command, Option } from 'commander';
import type { Delivery, DeliveryState, WebhookEndpoint } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { collect, examples, span, wholeNumber } from '../help.ts';
import { parseTime } from '../moment.ts';
import { isoTime, relativeTime, utcTime } from '../output/time.ts';
import { inSameHome, type Session } from '../session.ts';
import {
  deliveryJson,
  formatDeliveries,
  formatEndpoint,
  formatEndpoints,
  webhookJson,
} from '../views/webhook.ts';

const LIMIT_MAX = 500;
const STATES: readonly DeliveryState[] = ['pending', 'delivered', 'failed', 'cancelled'];

export function register(program: Command, cli: Cli): void {
  const webhooks = program
    .command('webhooks')
    .description('Addresses that events are told to, by the Standard Webhooks specification.');
  registerEndpoints(webhooks, cli);
  registerSending(webhooks, cli);
}

function registerEndpoints(webhooks: Command, cli: Cli): void {
  webhooks
    .command('add <url>')
    .description('Tell events to an https address. The secret that signs is shown once, now.')
    .option(
      '--type <name>',
      'this type or family only: zone.drifted, change_set.* (may be given again)',
      collect,
    )
    .option('--description <text>', 'what it is for')
    .addHelpText(
      'after',
      examples(
        'zoneward webhooks add https://hooks.example.com/zoneward',
        "zoneward webhooks add https://hooks.example.com/zoneward --type 'change_set.*' --type zone.drifted",
      ),
    )
    .action(
      cli.run(async (session, url: string, flags: EndpointFlags) => {
        const { webhooks } = await session.tenant();
        const made = await webhooks.add({ url, ...wishOf(flags) });
        showSecret(session, made.endpoint, made.secret.reveal());
      }),
    );
  webhooks
    .command('list')
    .description('List the webhooks of the tenant.')
    .action(
      cli.run(async (session) => {
        const all = await (await session.tenant()).webhooks.list();
        session.out.result({
          json: () => all.map(webhookJson),
          text: () => formatEndpoints(session.out, all),
        });
      }),
    );
  webhooks
    .command('show <webhook>')
    .description('Show one webhook; its secret is never shown again.')
    .action(
      cli.run(async (session, id: string) => {
        const { webhooks } = await session.tenant();
        show(session, await webhooks.get(id));
      }),
    );
  webhooks
    .command('edit <webhook>')
    .description('Change where it goes and what it is told of; what is not given stays.')
    .option('--url <url>', 'another address')
    .option('--type <name>', 'these types only (may be given again)', collect)
    .option('--all-types', 'every type')
    .option('--description <text>', 'what it is for')
    .action(
      cli.run(async (session, id: string, flags: EndpointFlags) => {
        const { webhooks } = await session.tenant();
        show(session, await webhooks.edit(id, wishOf(flags)));
      }),
    );
  for (const [verb, enabled, about] of [
    ['enable', true, 'Send again, whatever turned it off. What it missed: webhooks replay --since.'],
    ['disable', false, 'Send nothing more; what is on its way is called off.'],
  ] as const)
    webhooks
      .command(`${verb} <webhook>`)
      .description(about)
      .action(
        cli.run(async (session, id: string) => {
          const { webhooks } = await session.tenant();
          show(session, await webhooks.edit(id, { enabled }));
        }),
      );
  webhooks
    .command('rotate <webhook>')
    .description('Make a new secret. The old one signs beside it for a while, so that no message is lost.')
    .option('--overlap <span>', 'how long: 24h, 7d; 0s ends the old one at once', span)
    .action(
      cli.run(async (session, id: string, flags: { readonly overlap?: number }) => {
        const { webhooks } = await session.tenant();
        const made = await webhooks.rotate(
          id,
          flags.overlap === undefined ? {} : { overlapMs: flags.overlap },
        );
        showSecret(session, made.endpoint, made.secret.reveal());
      }),
    );
  webhooks
    .command('remove <webhook>')
    .description('Remove it with its secrets and its log.')
    .action(
      cli.run(async (session, id: string) => {
        const { webhooks } = await session.tenant();
        await webhooks.remove(id);
        session.out.result({
          json: () => ({ id, removed: true }),
          text: () => `${session.out.paint.green('✓')} ${id} is removed.\n`,
        });
      }),
    );
}

function registerSending(webhooks: Command, cli: Cli): void {
  webhooks
    .command('test <webhook>')
    .description('Send a test message now, once. Exit 6 when it is not taken.')
    .action(
      cli.run(async (session, id: string) => {
        const { webhooks } = await session.tenant();
        const sent = await webhooks.test(id);
        session.out.result({
          json: () => deliveryJson(sent),
          text: () => `${testText(session, sent)}\n`,
        });
        return sent.state === 'delivered' ? EXIT.done : EXIT.temporary;
      }),
    );
  webhooks
    .command('deliveries <webhook>')
    .description('What was sent and is to be sent, newest first; 30 days of it.')
    .addOption(new Option('--state <name>', 'only these').choices(STATES))
    .option('--type <name>', 'of this type only')
    .option('--limit <number>', 'at most so many', wholeNumber(1, LIMIT_MAX), 50)
    .action(
      cli.run(
        async (
          session,
          id: string,
          {
            state,
            type,
            limit,
          }: { readonly state?: DeliveryState; readonly type?: string; readonly limit: number },
        ) => {
          const { webhooks } = await session.tenant();
          const filter = {
            ...(state === undefined ? {} : { state }),
            ...(type === undefined ? {} : { type }),
          };
          const found = await webhooks.deliveries(id, filter, limit);
          session.out.result({
            json: () => found.map(deliveryJson),
            text: () => formatDeliveries(session.out, found),
          });
        },
      ),
    );
  webhooks
    .command('replay <webhook> [delivery]')
    .description('Send one delivery once more, or every event of a range of time.')
    .option('--since <time>', 'from then on: 2026-11-23 18:04, 2h, 7d')
    .option('--until <time>', 'up to then; default: now')
    .addHelpText(
      'after',
      examples('zoneward webhooks replay whk_… dlv_…', 'zoneward webhooks replay whk_… --since 2h'),
    )
    .action(cli.run(replay));
}

interface EndpointFlags {
  readonly url?: string;
  readonly type?: readonly string[];
  readonly allTypes?: boolean;
  readonly description?: string;
}

function wishOf({ url, type, allTypes, description }: EndpointFlags) {
  return {
    ...(url === undefined ? {} : { url }),
    ...(type === undefined ? {} : { types: type }),
    ...(allTypes === true ? { types: null } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

async function replay(
  session: Session,
  id: string,
  delivery: string | undefined,
  flags: { readonly since?: string; readonly until?: string },
): Promise<number> {
  const { webhooks } = await session.tenant();
  const { out } = session;
  if (delivery !== undefined) {
    const again = await webhooks.replay(id, delivery);
    out.result({
      json: () => deliveryJson(again),
      text: () => `${out.paint.green('✓')} ${again.message.type} is on its way again (${again.id}).\n`,
    });
    return EXIT.done;
  }
  const since = parseTime(flags.since ?? '1h', out.now());
  const until = flags.until === undefined ? {} : { until: parseTime(flags.until, out.now()) };
  const replayed = await webhooks.replayRange(id, { since, ...until });
  out.result({
    json: () => ({ deliveries: replayed.deliveries, until: isoTime(replayed.until) }),
    text: () => {
      const rest =
        replayed.until === null
          ? ''
          : `\n  ${out.paint.cyan('→')} there is more: zoneward webhooks replay ${id} --since '${utcTime(replayed.until)}'`;
      return `${out.paint.green('✓')} ${replayed.deliveries} messages are on their way.${rest}\n`;
    },
  });
  return EXIT.done;
}

function show({ out }: Session, endpoint: WebhookEndpoint): void {
  out.result({ json: () => webhookJson(endpoint), text: () => formatEndpoint(out, endpoint) });
}

function showSecret(session: Session, endpoint: WebhookEndpoint, secret: string): void {
  const { out } = session;
  out.result({
    json: () => ({ ...webhookJson(endpoint), secret }),
    text: () => {
      const { previousSecretUntil } = endpoint;
      const old =
        previousSecretUntil === null
          ? ''
          : `  The old secret signs, too, and ends ${relativeTime(previousSecretUntil, out.now())}.\n`;
      const note = `  ${out.paint.yellow('!')} It is shown now and never again.\n`;
      const next = `  ${out.paint.cyan('→')} ${inSameHome(session, `zoneward webhooks test ${endpoint.id}`)}\n`;
      return `${formatEndpoint(out, endpoint)}\n  ${secret}\n\n${note}${old}${next}`;
    },
  });
}

function testText({ out }: Session, { state, attempts }: Delivery): string {
  const [last] = attempts;
  const what = last?.status ?? last?.error ?? 'not sent';
  const time = last === undefined ? '' : ` in ${last.durationMs} ms`;
  return state === 'delivered'
    ? `${out.paint.green('✓')} taken: ${what}${time}`
    : `${out.paint.red('✖')} not taken: ${what}${time}`;
}
