/**
 * A CI job for pull requests: plans every file of a folder against Cloudflare and prints Markdown for a comment. Reads
 * only. Ends with 0 when nothing would change, 3 when something would, 1 when a file or the folder cannot be used.
 *
 *     CLOUDFLARE_API_TOKEN=… CLOUDFLARE_ACCOUNT_ID=… npx node examples/ci-plan.ts zones/ > comment.md
 *
 * In your own code the import is `from 'zoneward'`. A file is called as its zone: `zones/example.com.yaml`.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isZonewardError, openZoneward, renderMarkdown } from '../src/index.ts';

export async function planFolder(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly markdown: string; readonly exitCode: number }> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'ci-plan-'));
  try {
    await using zoneward = await openZoneward({ home, environment });
    const names = (await readdir(folder)).filter((name) => /\.(ya?ml|json|zone)$/.test(name)).sort();
    const sources = await Promise.all(
      names.map(async (name) => ({
        zone: path.parse(name).name,
        file: name,
        text: await readFile(path.join(folder, name), 'utf8'),
      })),
    );
    const planned = await zoneward.tenant('local').inventory.planImport(sources);
    const plans = planned.flatMap(({ zones }) => zones.map(({ plan }) => plan));
    const changes = plans.some(({ groups }) => groups.length > 0);
    return { markdown: renderMarkdown(plans), exitCode: changes ? 3 : 0 };
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    return { markdown: `The plan failed.\n\n\`\`\`\n${error.message}\n\`\`\`\n`, exitCode: 1 };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'zones';
  if (!existsSync(folder)) {
    console.error(`There is no folder ${folder}: name one that holds zone files, such as example.com.yaml.`);
    process.exit(1);
  }
  const { markdown, exitCode } = await planFolder(folder, process.env);
  process.stdout.write(markdown);
  process.exitCode = exitCode;
}
