/** What the steps of the demo share: the sandbox, the folder, the narrator, and what one step leaves to the next. */
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sandbox } from '../../sandbox/index.ts';
import type { Output } from '../output/output.ts';
import { askDns, type DnsQuestion } from './ask-dns.ts';
import type { Scene } from './scene.ts';

export const ZONE = 'northwind-cloud.example';
export const CHANGE_FILE = 'northwind-cloud.example.yaml';
export const BROKEN_FILE = 'northwind-cloud.example.broken.yaml';

/** The names that the change touches, as the world sees them. */
export const QUESTIONS: readonly DnsQuestion[] = [
  { name: `bastion.${ZONE}`, type: 'A' },
  { name: `talk.${ZONE}`, type: 'A' },
  { name: `beta.${ZONE}`, type: 'AAAA' },
  { name: `cache.gru.${ZONE}`, type: 'A' },
  { name: `_dmarc.${ZONE}`, type: 'TXT' },
];

export interface Stage {
  readonly scene: Scene;
  readonly out: Output;
  readonly sandbox: Sandbox;
  /** Named to the user, and left for inspection. */
  readonly folder: string;
  readonly token: string;
}

/** Answers to `QUESTIONS`, asked of the sandbox's DNS server over UDP. */
export async function askAll({ sandbox }: Pick<Stage, 'sandbox'>): Promise<readonly string[]> {
  const { dns } = sandbox;
  if (dns === undefined) throw new Error('the sandbox has no DNS server');
  return Promise.all(QUESTIONS.map((question) => askDns(dns, question)));
}

export interface RequestTally {
  readonly total: number;
  readonly writes: number;
  readonly batches: number;
  readonly lists: number;
}

/** Requests since a number of the log: how many, how many wrote, of which kind. */
export function requestsSince({ sandbox }: Pick<Stage, 'sandbox'>, since: number): RequestTally {
  const entries = sandbox.requests(since);
  return {
    total: entries.length,
    writes: entries.filter((entry) => entry.wrote).length,
    batches: entries.filter((entry) => entry.route.endsWith('/dns_records/batch')).length,
    lists: entries.filter((entry) => entry.route.endsWith('/dns_records')).length,
  };
}

export function lastRequest({ sandbox }: Pick<Stage, 'sandbox'>): number {
  return sandbox.requests().at(-1)?.number ?? 0;
}

/** Puts one of the demo's own files into its folder. */
export async function copyDemoFile(folder: string, name: string): Promise<string> {
  const target = path.join(folder, name);
  await copyFile(new URL(`./${name}`, import.meta.url), target);
  return target;
}

/** True when the bytes of the secret stand in none of the files. */
export async function isAbsent(secret: string, files: readonly string[]): Promise<boolean> {
  const contents = await Promise.all(files.map((file) => readFile(file)));
  return contents.every((content) => !content.includes(secret));
}
