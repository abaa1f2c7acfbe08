/**
 * One sandbox, one server with the dashboard, one browser, for all that a part of the suite sees in it. The pages talk to
 * the real server, the server to a local Cloudflare; nothing is stubbed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { openLog } from '../../src/http/log.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { openZoneward, type Zoneward } from '../../src/index.ts';
import { DEMO_SEED, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { SERIOUS } from './in-page.ts';

export const ROOT: string = path.join(import.meta.dirname, '..', '..');
/** The script of axe-core. */
const AXE: string = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Not in the repository: what the last run saw, a folder for each part of the suite. */
const SHOTS: string = path.join(ROOT, 'coverage', 'screenshots');

export interface Rig extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly zoneward: Zoneward;
  readonly server: RunningServer;
  readonly key: string;
  readonly keyId: Parameters<Zoneward['signIns']['link']>[0];
  readonly browser: Browser;
  /** What the pages complained of: errors in the console, uncaught ones, requests that left the machine. */
  readonly complaints: string[];
  /** A profile of its own, signed out: for what another key, another person or another device sees. */
  context(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** A page that is signed in. */
  signedIn(context: BrowserContext, at?: string, key?: string): Promise<Page>;
  /** The same, in a tab of the one profile that the flows share: what the browser has loaded once, it has. */
  open(at?: string): Promise<Page>;
  /** Keeps a picture. */
  shot(page: Page, name: string): Promise<void>;
}

export interface RigOptions {
  /** Where the pictures go. */
  readonly part: string;
  /** With the zone of 10,000 records. */
  readonly isBig?: boolean;
}

/** A busy machine is slow; what never comes is told a little later. */
const WAIT_MS = 30_000;
export const PHONE: { width: number; height: number } = { width: 390, height: 844 };
/** A zone of 10,000 records, a thousand of them at addresses that no other has. */
export const BIG = 'big.example';
export const BIG_COUNT = 10_000;
export const BULK_COUNT = 1_000;

/**
 * Where a browser is: `CHROME_PATH`, else Debian's, which is installed where that can be done. Null, with the reason
 * told, when there is none.
 */
export function findBrowser(): string | null {
  const given = process.env['CHROME_PATH'];
  if (given !== undefined && given !== '') return given;
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null;
  try {
    const quiet = { stdio: 'ignore' as const, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    execFileSync('apt-get', ['update'], quiet);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet);
  } catch {
    return null;
  }
  return places.find((place) => existsSync(place)) ?? null;
}

/** Builds the dashboard into a folder of the test's own: others build at the same time. */
export function buildDashboard(folder: string): string {
  const out = path.join(folder, 'dashboard');
  const script = path.join(ROOT, 'scripts', 'dashboard.ts');
  execFileSync(process.execPath, [script, '--out', out], { stdio: 'inherit' });
  return out;
}

export async function startRig(executablePath: string, { part, isBig }: RigOptions): Promise<Rig> {
  const shots = path.join(SHOTS, part);
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  const sandbox = await startSandbox({ seed: DEMO_SEED, dnsPort: false, rateLimit: false, warn: () => {} });
  if (isBig === true) sandbox.seedZone(BIG, bigRecords(), { plan: 'enterprise' });
  const home = mkdtempSync(path.join(os.tmpdir(), 'zoneward-browser-'));
  const dashboard = buildDashboard(home);
  const zoneward = await openZoneward({
    home,
    environment: {},
    baseUrl: sandbox.baseUrl,
    webhookAllow: '127.0.0.0/8',
  });
  const server = await startServer({
    zoneward,
    host: '127.0.0.1',
    port: 0,
    log: openLog({ level: 'silent', write: () => {} }),
    dashboard,
    worker: false,
    rate: { quota: 1_000_000, windowSeconds: 60 },
  });
  const made = await zoneward.apiKeys.create('local', { label: 'browser', scopes: ['admin'] });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const complaints: string[] = [];
  const key = made.secret.reveal();
  const context: Rig['context'] = async (options) => {
    const made = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    made.setDefaultTimeout(WAIT_MS);
    made.on('page', (page) => watch(page, server.url, complaints));
    return made;
  };
  const signedIn: Rig['signedIn'] = async (context, at = '/', by = key) => {
    // Signing in by the form is a flow of its own.
    const answer = await context.request.post(`${server.url}/v1/session`, {
      data: { apiKey: by },
      headers: { 'zoneward-csrf': '1' },
    });
    if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
    return tab(context, at);
  };
  const tab = async (context: BrowserContext, at: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(server.url + at);
    await page
      .getByRole('navigation', { name: 'Pages' })
      .or(page.getByRole('button', { name: 'Navigation' }))
      .first()
      .waitFor();
    return page;
  };
  let shared: BrowserContext | null = null;
  return {
    sandbox,
    zoneward,
    server,
    key,
    keyId: made.key.id,
    browser,
    complaints,
    context,
    signedIn,
    open: async (at = '/') => {
      if (shared !== null) return tab(shared, at);
      shared = await context();
      return signedIn(shared, at);
    },
    shot: async (page, name) => {
      await page.screenshot({ path: path.join(shots, `${name}.png`) });
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await server.close();
      await zoneward.close();
      await sandbox.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Refused requests are part of what is tested, so the browser's own line about them is none. */
const EXPECTED = /Failed to load resource: the server responded with a status of/;

function watch(page: Page, origin: string, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    const isBad = message.type() === 'error' || message.type() === 'warning';
    if (isBad && !EXPECTED.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const isLocal = request.url().startsWith(origin) || /^(data|blob):/.test(request.url());
    if (!isLocal) complaints.push(`${page.url()} asks ${request.url()}`);
  });
}

/** axe-core's serious and critical findings, a line each. Evaluated by the debugger, so that the page's own policy stays. */
export async function seriousProblems(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(AXE);
  return page.evaluate<string[]>(SERIOUS);
}

function bigRecords(): Parameters<Sandbox['seedZone']>[1] {
  return Array.from({ length: BIG_COUNT }, (_, index) => ({
    type: 'A',
    name: `host-${String(index).padStart(5, '0')}`,
    content: index < BULK_COUNT ? `203.0.113.${index % 256}` : `10.${index >> 8}.${index & 255}.1`,
    ttl: 300,
  }));
}
