/** A rotation, and what stands around a connection: its minter, its alerts. For people and for programs. */
import type { CredentialKind, RotationStep, RotationView } from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime, timeWithAge } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { nextSteps } from './connection.ts';

/** Where a rotation is, in a sentence. */
export const ROTATION_SAID: Readonly<Record<RotationStep, string>> = {
  minting: 'The new token is not made yet.',
  proving: 'The new token is being proven; the old one works.',
  draining: 'The new token is in use; the old one is deleted after the last requests with it.',
  revoking: 'The new token is in use; the old one is being deleted.',
  done: 'Rotated: the new token is in use, the old one is deleted.',
  'backing-out': 'The rotation is being given up; the old token stays.',
  'backed-out': 'The rotation was given up; the old token stays.',
};

export function rotationJson(rotation: RotationView): Record<string, unknown> {
  const { newExpiresAt, startedAt, stepAt, dueAt } = rotation;
  return {
    ...rotation,
    newExpiresAt: isoTime(newExpiresAt),
    startedAt: isoTime(startedAt),
    stepAt: isoTime(stepAt),
    dueAt: isoTime(dueAt),
  };
}

export function formatRotation(out: Output, rotation: RotationView): string {
  const { step, dueAt, lastError, newExpiresAt, connectionId } = rotation;
  const steps =
    dueAt === null
      ? []
      : [`zoneward worker carries it on, or run: zoneward connections rotate ${connectionId} --wait`];
  const facts = out.facts(
    [
      ['token', rotation.tokenName],
      ['ends', newExpiresAt === null ? null : timeWithAge(newExpiresAt, out.now())],
      ['goes on', dueAt === null ? null : timeWithAge(dueAt, out.now())],
      ['why', lastError === null ? null : visible(lastError.message)],
    ],
    '  ',
  );
  const { green, red, cyan } = out.paint;
  const paint = step === 'done' ? green : step === 'backed-out' ? red : cyan;
  return `${paint(ROTATION_SAID[step])}\n${facts}${nextSteps(out, steps)}`;
}

/** What is asked for beside a connection itself. */
export interface Surroundings {
  /** The latest, ended or not. */
  readonly rotation: RotationView | null;
  readonly minter: { readonly kind: CredentialKind; readonly email: string | null } | null;
  readonly alerts: readonly string[];
  /** Why it cannot be rotated by itself; null when it can. */
  readonly obstacle: string | null;
}

/** Facts that stand below a connection's own. */
export function surroundingFacts(
  out: Output,
  { rotation, minter, alerts, obstacle }: Surroundings,
): readonly (readonly [label: string, value: string | null])[] {
  const underWay = rotation !== null && rotation.dueAt !== null;
  const alertText = alerts.map((name) => name.replace(/^(reminder-(?:expiry|rotation)).*/, '$1')).join(', ');
  return [
    ['rotates', underWay ? 'now' : (obstacle ?? 'by itself, when it is due')],
    [underWay ? 'rotation' : 'last rotation', rotation === null ? null : rotationText(out, rotation)],
    [
      'minter',
      minter === null ? null : `${minter.kind}${minter.email === null ? '' : ` of ${minter.email}`}`,
    ],
    ['alerts', alertText === '' ? null : out.paint.yellow(alertText)],
  ];
}

function rotationText(out: Output, { step, stepAt, lastError }: RotationView): string {
  const why = lastError === null ? '' : `\n${visible(lastError.message)}`;
  return `${timeWithAge(stepAt, out.now())}: ${ROTATION_SAID[step]}${why}`;
}
