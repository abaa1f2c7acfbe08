/** The six steps. Each runs real commands and then looks for itself whether they did what they said. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { formatDuration } from '../output/time.ts';
import { counted } from '../output/words.ts';
import {
  askAll,
  BROKEN_FILE,
  CHANGE_FILE,
  copyDemoFile,
  isAbsent,
  lastRequest,
  QUESTIONS,
  requestsSince,
  type Stage,
  ZONE,
} from './stage.ts';
import { differences, writableFields } from './writable-fields.ts';

export async function showSandbox({ scene, sandbox, folder, out }: Stage): Promise<void> {
  await scene.step('A Cloudflare of its own');
  scene.say('A local Cloudflare, on this machine: its API with state, and DNS from the same data.');
  scene.say(`Everything is kept in a folder that stays: ${out.paint.bold(folder)}`);
  scene.line();
  const zones = sandbox.zones();
  scene.line(
    out
      .facts(
        [
          ['API', sandbox.baseUrl],
          ['DNS', `${sandbox.dns?.host}:${sandbox.dns?.port}, UDP and TCP`],
          ['account', sandbox.accountId],
          [
            'zones',
            zones.map(({ name }) => `${name}, ${counted(sandbox.records(name).length, 'record')}`).join('\n'),
          ],
        ],
        '  ',
      )
      .trimEnd(),
  );
  scene.gap();
  scene.check(
    `${zones.length} zones; ${ZONE} has ${sandbox.records(ZONE).length} records`,
    sandbox.records(ZONE).length > 500,
  );
}

export async function connect({ scene, sandbox, folder, token, out }: Stage): Promise<void> {
  await scene.step('A connection: tested, then saved');
  const { dim } = out.paint;
  scene.say(
    `${dim('$')} export CLOUDFLARE_API_TOKEN=${token.slice(0, 8)}… CLOUDFLARE_ACCOUNT_ID=${sandbox.accountId.slice(0, 8)}…`,
  );
  await scene.command(['connections', 'add', '--profile', 'minimum'], {
    env: { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: sandbox.accountId },
  });
  scene.line();
  const { connections } = await scene.ask<{ connections: { label: string; secret: string }[] }>([
    'connections',
    'list',
  ]);
  const [saved] = connections;
  scene.check(
    `saved as "${saved?.label}", its secret in the ${saved?.secret}`,
    saved?.label === 'Cloudflare Domains Integration' && saved.secret === 'vault',
  );
  const home = path.join(folder, 'zoneward');
  const files = (await readdir(home)).map((name) => path.join(home, name));
  const absent = files.length > 0 && (await isAbsent(token, files));
  scene.check(`the token stands in none of the ${files.length} files that Zoneward keeps`, absent);
}

export async function sync({ scene, sandbox }: Stage): Promise<void> {
  await scene.step('Every zone found and read');
  const since = lastRequest({ sandbox });
  await scene.command(['zones', 'sync']);
  await scene.command(['zones', 'list']);
  scene.line();
  const { zones } = await scene.ask<{ zones: { name: string; recordCount: number }[] }>(['zones', 'list']);
  const same = zones.every(({ name, recordCount }) => sandbox.records(name).length === recordCount);
  scene.check(
    'the mirror holds as many records as Cloudflare does, in every zone',
    same && zones.length === sandbox.zones().length,
  );
  const { total } = requestsSince({ sandbox }, since);
  scene.check(
    `${total} calls, by Cloudflare's own log: one for the zones, one for each zone`,
    total === zones.length + 1,
  );
}

interface ChangeSetList {
  readonly changeSets: readonly {
    readonly id: string;
    readonly status: string;
    readonly zones: readonly { readonly changes: number }[];
  }[];
}

/** Gives the change set, and the zone as it was before. */
export async function change(
  stage: Stage,
): Promise<{ readonly id: string; readonly before: readonly string[]; readonly answers: readonly string[] }> {
  const { scene, sandbox, folder } = stage;
  await scene.step('A change: planned, applied, seen in DNS');
  const before = writableFields(sandbox, ZONE);
  const answersBefore = await askAll(stage);
  await copyDemoFile(folder, CHANGE_FILE);
  await scene.command(['plan', ZONE, '-f', CHANGE_FILE, '--save', 'plan.json']);
  await scene.pause();
  const since = lastRequest(stage);
  await scene.command(['apply', 'plan.json', '--yes', '--quiet']);
  const { changeSets } = await scene.ask<ChangeSetList>(['changes', 'list']);
  const [changeSet] = changeSets;
  const { lists, batches } = requestsSince(stage, since);
  scene.gap();
  scene.check(
    `${changeSet?.zones[0]?.changes} changes in ${lists} read and ${batches} write, by Cloudflare's own log`,
    changeSet?.status === 'applied' && lists === 1 && batches === 1,
  );
  const answers = await askAll(stage);
  showAnswers(stage, answersBefore, answers);
  scene.check(
    'DNS answers have changed for every name that was asked',
    answers.every((answer, index) => answer !== answersBefore[index]),
  );
  const again = await scene.ask<{ plans: readonly { groups: readonly unknown[] }[] }>([
    'plan',
    ZONE,
    '-f',
    CHANGE_FILE,
  ]);
  scene.check(
    'planned once more, the file changes nothing',
    again.plans.every(({ groups }) => groups.length === 0),
  );
  return { id: changeSet?.id ?? '', before, answers: answersBefore };
}

function showAnswers({ scene, out }: Stage, before: readonly string[], after: readonly string[]): void {
  scene.line();
  scene.say(out.paint.dim('The same questions to the DNS server, before and after:'));
  const rows = QUESTIONS.map((question, index) => ({
    question,
    before: before[index] ?? '',
    after: after[index] ?? '',
  }));
  scene.line(
    out
      .table<(typeof rows)[number]>(
        [
          {
            title: 'question',
            cell: ({ question }) => `${question.name.slice(0, -ZONE.length - 1)} ${question.type}`,
          },
          { title: 'before', cell: (row) => row.before, shrinksTo: 16, paint: out.paint.red },
          { title: 'after', cell: (row) => row.after, shrinksTo: 16, paint: out.paint.green },
        ],
        rows,
        '  ',
      )
      .trimEnd(),
  );
  scene.line();
}

export async function auditAndUndo(stage: Stage, made: Awaited<ReturnType<typeof change>>): Promise<void> {
  const { scene, sandbox } = stage;
  await scene.step('The trail of it, and all of it taken back');
  await scene.command(['audit', 'list', '--change-set', made.id]);
  await scene.command(['audit', 'verify']);
  await scene.pause();
  await scene.command(['undo', made.id, '--yes']);
  scene.line();
  const left = differences(made.before, writableFields(sandbox, ZONE));
  scene.check(
    `${made.before.length} records: every writable field as before, compared at Cloudflare and not in the mirror`,
    left.length === 0,
  );
  for (const difference of left) scene.say(difference);
  const answers = await askAll(stage);
  scene.check(
    'DNS answers as before',
    answers.every((answer, index) => answer === made.answers[index]),
  );
}

export async function refuse(stage: Stage): Promise<void> {
  const { scene, sandbox, folder } = stage;
  await scene.step('Two slips, caught before anything is written');
  const since = lastRequest(stage);
  scene.say('A token that may only read:');
  await scene.command(['connections', 'add', '--label', 'Reads only', '--profile', 'minimum', '--quiet'], {
    env: { CLOUDFLARE_API_TOKEN: sandbox.tokens.readOnly, CLOUDFLARE_ACCOUNT_ID: sandbox.accountId },
  });
  await scene.command(['apply', ZONE, '-f', CHANGE_FILE, '--connection', 'Reads only', '--yes', '--quiet'], {
    expect: 4,
  });
  scene.line();
  scene.say('A file with slips in it:');
  await copyDemoFile(folder, BROKEN_FILE);
  await scene.command(['apply', ZONE, '-f', BROKEN_FILE, '--yes'], { expect: 2 });
  const { total, writes } = requestsSince(stage, since);
  scene.gap();
  scene.check(`${total} requests since, by Cloudflare's own log, and none of them wrote`, writes === 0);
}

export function sumUp({ scene, sandbox, folder, out }: Stage): void {
  const { bold, green, red, cyan, dim } = out.paint;
  const { failed, checks } = scene;
  scene.line();
  scene.line(`${dim('─'.repeat(78))}`);
  scene.line();
  const verdict =
    failed.length === 0
      ? green(`All ${checks.length} checks hold`)
      : red(`${failed.length} of ${checks.length} checks failed`);
  scene.say(
    `${bold(verdict)}, in ${formatDuration(scene.elapsedMs)} and ${sandbox.counts().total} calls to the local Cloudflare.`,
  );
  for (const { step, what } of failed) scene.say(`${red('✖')} ${step}: ${what}`);
  scene.say(`Look around in ${folder}`);
  scene.line();
  scene.say(`${cyan('→')} zoneward sandbox           a local Cloudflare to play with`);
  scene.say(`${cyan('→')} zoneward demo --live       the reading steps with your own token; writes nothing`);
  scene.say(`${cyan('→')} zoneward --help            everything else`);
}
