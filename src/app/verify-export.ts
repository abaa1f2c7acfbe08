/**
 * Verifying an exported trail without a store: the events as JSON Lines, the checkpoints that left the machine, and
 * the public keys. Needs no key, no database and no network.
 */
import { ZonewardError } from '../base/errors.ts';
import { type Checkpoint, type TrailVerdict, verifyTrail } from '../domains/audit/checkpoint.ts';
import type { AuditEvent } from '../domains/audit/model.ts';
import { checkpointVerifier } from '../vault/signing-key.ts';
import { readSourceFile } from './read-source.ts';

export interface ExportFiles {
  /** What `audit export` wrote, whole: not filtered. */
  readonly events: string;
  /** Checkpoints, one JSON object a line. */
  readonly checkpoints?: string;
  /** PEM; several keys may stand in one file. */
  readonly publicKey?: string;
}

/**
 * Throws `InvalidInputError`-like errors (`export-unreadable`) for files that are not what they should be. A trail that
 * begins later needs the checkpoint of the event before it: the one that it was pruned under.
 */
export async function verifyExport(files: ExportFiles): Promise<TrailVerdict> {
  const events = readLines<AuditEvent>(await readSourceFile(files.events), files.events, isEvent);
  // Nothing tells whose trail an empty file would be, so nothing could be compared.
  if (events.length === 0) throw noEvents(files.events);
  const given =
    files.checkpoints === undefined
      ? []
      : readLines<Checkpoint>(await readSourceFile(files.checkpoints), files.checkpoints, isCheckpoint);
  const tenants = new Set(events.map((event) => event.tenantId));
  const checkpoints = given.filter((checkpoint) => tenants.has(checkpoint.tenantId));
  const first = events[0]?.sequence ?? 1;
  const base = checkpoints.find((checkpoint) => checkpoint.sequence === first - 1) ?? null;
  const publicKeys = files.publicKey === undefined ? [] : [await readSourceFile(files.publicKey)];
  return verifyTrail([events], { checkpoints, base, verifier: checkpointVerifier(publicKeys) });
}

function noEvents(file: string): ZonewardError {
  return new ZonewardError(`${file} holds no event: it proves nothing, and may have been cut`, {
    code: 'export-unreadable',
    kind: 'input',
    next: ['Export the trail again: zoneward audit export -o audit.jsonl'],
  });
}

function readLines<Value>(text: string, file: string, isValue: (value: object) => boolean): Value[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parse(line);
    if (typeof value === 'object' && value !== null && isValue(value)) return [value as Value];
    throw new ZonewardError(`${file}:${index + 1}: this line is not what zoneward wrote`, {
      code: 'export-unreadable',
      kind: 'input',
      next: ['Give the file whole, as `zoneward audit export` and the checkpoint file have it.'],
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isEvent(value: object): boolean {
  return 'sequence' in value && 'hash' in value && 'previousHash' in value && 'payloadHash' in value;
}

function isCheckpoint(value: object): boolean {
  return 'sequence' in value && 'hash' in value && 'keyId' in value && 'signature' in value;
}
