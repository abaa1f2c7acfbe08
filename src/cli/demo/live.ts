/**
 * The demo with the user's own credential against the real Cloudflare: connect, sync, plan. No step of it writes
 * there. What it keeps lies in the folder; the secret is deleted from it at the end.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../errors.ts';
import type { Scene } from './scene.ts';

interface ListedZone {
  readonly name: string;
  readonly status: string;
  readonly recordCount: number;
}

/** `zone` names the one to plan for; else the active one with the fewest records. */
export async function runLive(scene: Scene, folder: string, zone: string | undefined): Promise<void> {
  scene.say(`Your own Cloudflare, read only. What is kept lies in ${folder}.`);
  await scene.step('A connection: tested, then saved');
  await scene.command(['connections', 'add']);
  try {
    await scene.step('Every zone found and read');
    await scene.command(['zones', 'sync']);
    await scene.command(['zones', 'list']);
    const { zones } = await scene.ask<{ zones: readonly ListedZone[] }>(['zones', 'list']);
    const active = zones
      .filter(({ status }) => status === 'active')
      .toSorted((a, b) => a.recordCount - b.recordCount);
    const name = zone ?? active[0]?.name;
    if (name === undefined)
      throw new UsageError('There is no active zone to plan for.', ['zoneward demo --live --zone NAME']);
    await scene.step('A change: planned, and left at that');
    await scene.command(['plan', name, '-f', await writeExample(folder, name)]);
    scene.line();
    scene.say('That was the plan. Nothing was written to Cloudflare.');
  } finally {
    scene.line();
    await scene.command(['connections', 'remove', 'Cloudflare Domains Integration', '--yes', '--quiet']);
  }
}

/** One record under a name of its own; nothing else of the zone is in its scope. */
async function writeExample(folder: string, zone: string): Promise<string> {
  const file = path.join(folder, `${zone}.yaml`);
  const lines = [
    `zone: ${zone}`,
    'manage:',
    '  only: [zoneward-demo]',
    'records:',
    '  - {name: zoneward-demo, type: TXT, content: planned and not written, ttl: 5m}',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return path.basename(file);
}
