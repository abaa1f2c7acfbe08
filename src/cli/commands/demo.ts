/** `zoneward demo`: the whole job against a local Cloudflare that it starts itself, narrated and checked. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { DEMO_SEED, type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { Cli } from '../cli.ts';
import { runLive } from '../demo/live.ts';
import { Scene, StepFailed } from '../demo/scene.ts';
import type { Stage } from '../demo/stage.ts';
import { auditAndUndo, change, connect, refuse, showSandbox, sumUp, sync } from '../demo/steps.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

interface DemoFlags {
  readonly live?: boolean;
  readonly fast?: boolean;
}

/** So that one sees it work; the real one is slower. */
const LATENCY_MS = 60;
const TOKEN_DAYS = 90;
const DAY_MS = 86_400_000;

export function register(program: Command, cli: Cli): void {
  program
    .command('demo')
    .description(
      'The whole job in half a minute: connect, sync, plan, apply, audit, undo, and two slips caught in time.',
    )
    .option('--live', 'with your own credential from the environment: connect, sync and plan; writes nothing')
    .option('--fast', 'without pauses for reading')
    .addHelpText('after', examples('zoneward demo', 'CLOUDFLARE_API_TOKEN=… zoneward demo --live'))
    .action(
      cli.run(async (session, flags: DemoFlags) => {
        const folder = await mkdtemp(path.join(os.tmpdir(), 'zoneward-demo-'));
        return flags.live === true ? demoLive(session, folder, flags) : demoSandbox(session, folder, flags);
      }),
    );
}

async function demoSandbox(session: Session, folder: string, flags: DemoFlags): Promise<number> {
  const cloudflare = path.join(folder, 'cloudflare');
  await mkdir(cloudflare);
  await using sandbox = await startSandbox({
    seed: DEMO_SEED,
    latencyMs: LATENCY_MS,
    warn: () => {},
    stateFile: path.join(cloudflare, 'state.json'),
  });
  const scene = openScene(session, folder, flags, {
    ZONEWARD_HOME: path.join(folder, 'zoneward'),
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
  });
  const stage: Stage = { scene, sandbox, folder, out: session.out, token: makeToken(sandbox) };
  await play(async () => {
    await showSandbox(stage);
    await connect(stage);
    await sync(stage);
    await auditAndUndo(stage, await change(stage));
    await refuse(stage);
  });
  sumUp(stage);
  return conclude(session, scene, folder);
}

/** Each step builds on the one before, so the first command that fails is the last. */
async function play(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
}

/** A token as it should be: what the work needs, for some months, from one place. */
function makeToken(sandbox: Sandbox): string {
  return sandbox.createToken({
    name: 'zoneward demo',
    permissions: ['Zone Read', 'DNS Write'],
    expiresOn: `${new Date(sandbox.now() + TOKEN_DAYS * DAY_MS).toISOString().slice(0, 19)}Z`,
    ipIn: ['127.0.0.0/8', '::1/128'],
  }).value;
}

async function demoLive(session: Session, folder: string, flags: DemoFlags): Promise<number> {
  const names = Object.keys(session.io.env).filter((name) => name.startsWith('CLOUDFLARE_'));
  const credential = Object.fromEntries(names.map((name) => [name, session.io.env[name] ?? '']));
  const scene = openScene(session, folder, flags, { ...credential, ZONEWARD_HOME: folder });
  await play(() => runLive(scene, folder, session.flags.zone));
  return conclude(session, scene, folder);
}

function openScene(
  session: Session,
  cwd: string,
  flags: DemoFlags,
  env: Readonly<Record<string, string>>,
): Scene {
  const { io, out } = session;
  const paced = flags.fast !== true && io.stdout.isTty;
  return new Scene({ io, env, cwd, paced, silent: out.json });
}

async function conclude(session: Session, scene: Scene, folder: string): Promise<number> {
  const { checks, failed, elapsedMs } = scene;
  const report = { ok: failed.length === 0, elapsedMs, folder, checks };
  await writeFile(path.join(folder, 'demo.json'), `${JSON.stringify(report, null, 2)}\n`);
  if (session.out.json) session.out.result({ json: () => report, text: () => '' });
  return failed.length === 0 ? EXIT.done : EXIT.failed;
}
