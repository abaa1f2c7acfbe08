/**
 * Programs of others that judge the sandbox from outside: DNS tools and a client for Cloudflare's API. The test
 * command installs them where it may (root, apt); where it may not, the tests that need them do not run, and it says
 * so. None of the packages starts a service.
 */
import { spawnSync } from 'node:child_process';

const TOOLS: readonly { readonly command: string; readonly package: string }[] = [
  { command: 'dig', package: 'bind9-dnsutils' },
  { command: 'delv', package: 'bind9-dnsutils' },
  { command: 'kdig', package: 'knot-dnsutils' },
  { command: 'lexicon', package: 'lexicon' },
];
const INSTALL_LIMIT_MS = 180_000;

/** Installs what is missing, if that is possible; gives the commands that are missing all the same. */
export function provideTools(): readonly string[] {
  const missing = TOOLS.filter(({ command }) => !isThere(command));
  if (missing.length > 0 && process.getuid?.() === 0 && isThere('apt-get')) {
    const packages = [...new Set(missing.map((tool) => tool.package))];
    console.log(`installing ${packages.join(', ')} for tests that look at the sandbox from outside`);
    // A package list of today may be needed; a failure shows in what is still missing.
    if (!aptGet(['install', ...packages])) {
      aptGet(['update']);
      aptGet(['install', ...packages]);
    }
  }
  return missing.filter(({ command }) => !isThere(command)).map(({ command }) => command);
}

function aptGet([action = '', ...packages]: readonly string[]): boolean {
  const { status } = spawnSync('apt-get', ['-y', '-q', action, '--no-install-recommends', ...packages], {
    stdio: 'ignore',
    timeout: INSTALL_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

function isThere(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
