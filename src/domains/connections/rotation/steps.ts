/** The steps of a rotation. Each does its effects, stores what came of them with the next step, and returns it. */
import { ZonewardError } from '../../../base/errors.ts';
import { secretFacts } from '../check-secrets.ts';
import { credentialOf, sealCredential, secretText } from '../credential-of.ts';
import type { Connection, Credential, Rotation } from '../model.ts';
import type { IssuedToken, SealedSecret, TokenOwner } from '../ports.ts';
import { afterTest } from '../retest-connection.ts';
import { judgeReport, moveConnection, revise } from '../state.ts';
import { testConnection } from '../test-connection.ts';
import type { TestReport } from '../test-report.ts';
import { newTokenDefinition } from './definition.ts';
import { lostRights } from './lost-rights.ts';
import { credentialOfMinter } from './minter.ts';
import { type RotationRun, retryLater, rotationEvent, toBackingOut, toStep } from './rotation-run.ts';

const DAY_MS = 86_400_000;
/** Cloudflare's limits (account and user tokens, read 2026-10). */
const TOKENS_MAX: Readonly<Record<TokenOwner['kind'], number>> = { user: 50, account: 500 };
const OPTIONS = { lane: 'sync' } as const;

/** Deletes what an earlier try may have left, then makes the new token and seals its value. */
export async function mint(run: RotationRun): Promise<Rotation> {
  const { ports, rotation, connection, principal } = run;
  const owner = ownerOf(connection);
  const { credential, own } = await mintingCredential(run);
  const tokens = await ports.issuer.list(credential, owner, OPTIONS);
  const lost = await deleteByName(run, credential, tokens);
  if (tokens.length - lost.length >= TOKENS_MAX[owner.kind]) throw quotaReached(owner, tokens.length);
  const old = await ports.issuer.read(credential, owner, rotation.oldTokenId, OPTIONS);
  if (old === null) throw oldTokenUnknown(rotation);

  const now = ports.clock.now();
  const expiresAt = wholeSeconds(now + 2 * connection.rotation.everyDays * DAY_MS);
  const definition = newTokenDefinition(old, {
    name: rotation.tokenName,
    expiresAt,
    narrowTo: rotation.narrowTo,
    keepMinting: own,
  });
  const made = await ports.issuer.create(credential, owner, definition, OPTIONS);
  const sealed = await sealNew(run, { kind: kindOf(connection), token: made.value });
  const next = toStep(rotation, 'proving', now, {
    newTokenId: made.tokenId,
    sealed,
    newExpiresAt: expiresAt,
  });
  const event = rotationEvent(connection, next, 'rotation.minted', { now, principal }, 'new token made');
  await ports.rotations.advance(next, null, [event]);
  return next;
}

/** The new token must do what the old one can; then it takes its place, in one commit. */
export async function prove(run: RotationRun): Promise<Rotation> {
  const { ports, rotation, connection, settings, principal } = run;
  const credential = await newCredential(run);
  const after = await testWith(run, credential);
  const passing = after.failure?.kind === 'temporary' || after.failure?.kind === 'unknown-outcome';
  if (after.failure !== null && passing) throw new ZonewardError(after.failure.message, after.failure);
  const before = await baseline(run);
  const lost = lostRights(before, after, rotation.narrowTo);
  if (after.failure !== null || lost.length > 0) {
    const message = after.failure?.message ?? `The new token lacks: ${lost.join(', ')}.`;
    const error = { code: after.failure?.code ?? 'new-token-worse', message };
    // A new token takes a while to be known everywhere.
    const young = ports.clock.now() - rotation.stepAt < settings.provingLimitMs;
    return young ? await retryLater(run, error) : await toBackingOut(run, error);
  }

  const now = ports.clock.now();
  const { everyDays } = connection.rotation;
  const switched: Connection = {
    ...afterTest(connection, after, { now, principal }).connection,
    tokenId: rotation.newTokenId,
    fingerprint: await ports.vault.fingerprint(connection.tenantId, secretText(credential)),
    rotation: { everyDays, dueAt: now + everyDays * DAY_MS, lastRotatedAt: now },
  };
  const verdict = judgeReport(after, { worked: true, now }) ?? rotation.returnTo;
  const next = toStep(rotation, 'draining', now, {
    sealed: null,
    dueAt: now + settings.drainMs,
    returnTo: verdict,
  });
  const moment = { now, principal };
  const told = { secret: secretFacts(rotation.sealed) };
  const event = rotationEvent(connection, next, 'rotation.switched', moment, 'new token in use', told);
  await ports.rotations.advance(next, { connection: switched, sealed: rotation.sealed }, [event]);
  return next;
}

/** Requests that began with the old token have had their time. */
export async function drain(run: RotationRun): Promise<Rotation> {
  const next = toStep(run.rotation, 'revoking', run.ports.clock.now());
  await run.ports.rotations.advance(next, null, []);
  return next;
}

/** Deletes the old token, and any twin of the new one that a lost answer left. */
export async function revoke(run: RotationRun): Promise<Rotation> {
  const { ports, rotation, connection, settings } = run;
  let left: string | null = null;
  try {
    const { credential } = await mintingCredential(run);
    const owner = ownerOf(connection);
    await ports.issuer.remove(credential, owner, rotation.oldTokenId, OPTIONS);
    await deleteByName(run, credential, await ports.issuer.list(credential, owner, OPTIONS));
  } catch (error) {
    if (rotation.attempts + 1 < settings.attemptsMax) throw error;
    left = `The old token (${rotation.oldTokenId}) could not be deleted; delete it by hand.`;
  }
  const done = left === null ? 'rotated; the old token is deleted' : `rotated. ${left}`;
  return await end(run, 'done', left === null ? 'rotation.finished' : 'rotation.old-token-left', done);
}

/** Deletes the new token; the connection goes on with the old one. */
export async function backOut(run: RotationRun): Promise<Rotation> {
  const { ports, rotation, connection, settings } = run;
  let left = false;
  try {
    const { credential } = await mintingCredential(run);
    const owner = ownerOf(connection);
    if (rotation.newTokenId !== null)
      await ports.issuer.remove(credential, owner, rotation.newTokenId, OPTIONS);
    await deleteByName(run, credential, await ports.issuer.list(credential, owner, OPTIONS));
  } catch (error) {
    // Who may not even list tokens cannot have made one.
    const nothingMade = rotation.newTokenId === null && rotation.lastError?.code === 'permission-missing';
    if (!nothingMade && rotation.attempts + 1 < settings.attemptsMax) throw error;
    left = !nothingMade;
  }
  const what = left
    ? `rotation given up; a token named ${rotation.tokenName} may be left, delete it by hand`
    : 'rotation given up; the old token stays, the new one is deleted';
  return await end(run, 'backed-out', 'rotation.backed-out', what);
}

async function end(
  run: RotationRun,
  step: 'done' | 'backed-out',
  kind: string,
  what: string,
): Promise<Rotation> {
  const { ports, rotation, connection, principal } = run;
  const now = ports.clock.now();
  const moment = { now, principal };
  const next = toStep(rotation, step, now, { sealed: null, dueAt: null, lastError: rotation.lastError });
  // A person may have taken it out of `rotating` meanwhile; then their word stands.
  const moved =
    connection.state === 'rotating'
      ? moveConnection(connection, rotation.returnTo, moment)
      : { connection: revise(connection, {}, now), events: [] };
  const event = rotationEvent(connection, next, kind, moment, what);
  await ports.rotations.advance(next, { connection: moved.connection, sealed: null }, [
    event,
    ...moved.events,
  ]);
  return next;
}

/** Every token under this rotation's name but the one whose value we hold. */
async function deleteByName(
  run: RotationRun,
  credential: Credential,
  tokens: readonly IssuedToken[],
): Promise<readonly IssuedToken[]> {
  const { ports, rotation, connection } = run;
  const keep = rotation.step === 'revoking' ? rotation.newTokenId : null;
  const lost = tokens.filter((token) => token.name === rotation.tokenName && token.tokenId !== keep);
  for (const token of lost) {
    await ports.issuer.remove(credential, ownerOf(connection), token.tokenId, OPTIONS);
  }
  return lost;
}

/** The minter where there is one, else the connection's own. */
async function mintingCredential(run: RotationRun): Promise<{ credential: Credential; own: boolean }> {
  const { ports, connection } = run;
  const minter = await ports.rotations.minter(connection.tenantId, connection.id);
  if (minter !== null) return { credential: await credentialOfMinter(ports, connection, minter), own: false };
  return { credential: await credentialOf(ports, connection), own: true };
}

async function newCredential(run: RotationRun): Promise<Credential> {
  const { rotation, connection, ports } = run;
  if (rotation.sealed === null) {
    throw new ZonewardError('The value of the new token is not there.', {
      code: 'vault-open-failed',
      kind: 'internal',
    });
  }
  const { tenantId, id: connectionId } = connection;
  const context = { tenantId, connectionId, field: 'token', version: rotation.sealed.version } as const;
  return { kind: kindOf(connection), token: await ports.vault.open(context, rotation.sealed) };
}

/** Sealed as the connection's next secret, so that the switch moves it without opening it. */
async function sealNew(run: RotationRun, credential: Credential): Promise<SealedSecret> {
  const { ports, connection } = run;
  return await sealCredential(ports.vault, { ...connection, version: connection.version + 1 }, credential);
}

async function testWith(run: RotationRun, credential: Credential): Promise<TestReport> {
  const { accountId, zoneIds, profile } = run.connection;
  return await testConnection(run.ports, { credential, accountId, zoneIds, profile, options: OPTIONS });
}

/** What the old token can do now, by the same questions; what it could, when it cannot be asked any more. */
async function baseline(run: RotationRun): Promise<Pick<TestReport, 'capabilities'>> {
  const report = await testWith(run, await credentialOf(run.ports, run.connection));
  return report.passed ? report : run.connection;
}

function ownerOf(connection: Connection): TokenOwner {
  if (connection.kind === 'account-token') return { kind: 'account', accountId: connection.accountId };
  return { kind: 'user' };
}

function kindOf(connection: Connection): 'user-token' | 'account-token' {
  return connection.kind === 'account-token' ? 'account-token' : 'user-token';
}

/** Cloudflare keeps whole seconds. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}

function quotaReached(owner: TokenOwner, count: number): ZonewardError {
  return new ZonewardError(`The ${owner.kind} has ${count} tokens, the most that Cloudflare allows.`, {
    code: 'token-quota-reached',
    kind: 'refused',
    next: ['delete tokens that are not used: https://dash.cloudflare.com/profile/api-tokens'],
  });
}

function oldTokenUnknown(rotation: Rotation): ZonewardError {
  return new ZonewardError(`The token ${rotation.oldTokenId} is not among those that the minter sees.`, {
    code: 'old-token-unknown',
    kind: 'refused',
    next: ["the minter must be of the token's own user or account"],
  });
}
