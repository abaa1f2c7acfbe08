/**
 * The one mapping from what Cloudflare answered to what we throw: status, envelope codes and route in, an error
 * with a `CloudflareErrorCode` out. Codes are scoped by product (10000 is "no permission" for DNS and "invalid
 * input" for the registrar), so the route counts; one code carries several texts, so the code is matched first and
 * the text second (cloudflare-api §1.5, §2.3, §3.4, §4.8, §7.6).
 *
 * Invariant: for a write, the code keeps the promise written at `CloudflareErrorCode`. A 4xx means that nothing was
 * written; a 5xx, a cut or unreadable body and silence mean that nobody knows.
 */
import { type ErrorKind, ZonewardError } from '../base/errors.ts';
import type { CloudflareErrorCode, CloudflareFault } from '../domains/cloudflare-call.ts';
import { likelyRight } from './permissions.ts';

/** The call that failed. `route` is a template, never a path. */
export interface CallFacts {
  readonly method: string;
  readonly route: string;
}

/** An answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  readonly faults: readonly CloudflareFault[];
  readonly ray: string | null;
  /** False when the body is not Cloudflare's envelope (HTML of a proxy, cut JSON). */
  readonly enveloped: boolean;
  readonly retryAfterMs: number | null;
}

const KINDS: Readonly<Record<CloudflareErrorCode, ErrorKind>> = {
  'cloudflare-refused': 'refused',
  'cloudflare-not-sent': 'temporary',
  'cloudflare-rate-limited': 'temporary',
  'cloudflare-unanswered': 'unknown-outcome',
  'cloudflare-unavailable': 'temporary',
  'credential-malformed': 'credentials',
  'credential-rejected': 'credentials',
  'permission-missing': 'permission',
  'cloudflare-not-found': 'not-found',
};

/** True for a request that may change something. */
export function isWrite(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** The error for an answer with an error status, or with `success: false`. */
export function errorFromAnswer(call: CallFacts, answer: FailedAnswer): ZonewardError {
  const code = codeOf(call, answer);
  return new ZonewardError(messageOf(code, call, answer), {
    code,
    kind: isPassingRefusal(code, answer) ? 'temporary' : KINDS[code],
    next: nextOf(code, call, answer),
    details: {
      ...call,
      status: answer.status,
      ray: answer.ray,
      faults: answer.faults,
      ...(answer.retryAfterMs === null ? {} : { retryAfterMs: answer.retryAfterMs }),
    },
  });
}

/** The error for a request that never left, or that nobody answered. `why` is one line without secrets. */
export function errorFromSilence(
  call: CallFacts,
  silence: {
    readonly sent: boolean;
    readonly why: string;
    readonly aborted: boolean;
    readonly ray?: string | null;
  },
): ZonewardError {
  const code = silenceCode(call, silence.sent);
  const told = {
    'cloudflare-not-sent': `${callName(call)} did not leave, nothing was sent: ${silence.why}`,
    'cloudflare-unanswered': `${callName(call)} was sent, and no answer tells what became of it: ${silence.why}`,
    'cloudflare-unavailable': `Cloudflare did not answer ${callName(call)}: ${silence.why}`,
  } as const;
  return new ZonewardError(told[code], {
    code,
    kind: KINDS[code],
    next: nextAfterSilence(code, silence.aborted),
    details: {
      ...call,
      ...(silence.ray === undefined ? {} : { ray: silence.ray }),
      ...(silence.aborted ? { aborted: true } : {}),
    },
  });
}

/** The error while the circuit is open: nothing is sent. */
export function circuitOpenError(call: CallFacts, waitMs: number): ZonewardError {
  const code = isWrite(call.method) ? 'cloudflare-not-sent' : 'cloudflare-unavailable';
  const seconds = Math.ceil(waitMs / 1000);
  return new ZonewardError(
    `Cloudflare has failed several times in a row; ${callName(call)} was not sent, the next try is in ${seconds} s`,
    {
      code,
      kind: 'temporary',
      next: [`Try again in ${seconds} s.`, 'See https://www.cloudflarestatus.com.'],
      details: { ...call, retryAfterMs: waitMs },
    },
  );
}

function nextAfterSilence(code: CloudflareErrorCode, aborted: boolean): string[] {
  if (code === 'cloudflare-unanswered') return ['Read the zone before sending anything again.'];
  return aborted ? [] : ['Check the network and the base URL, then try again.'];
}

function silenceCode(
  call: CallFacts,
  sent: boolean,
): 'cloudflare-not-sent' | 'cloudflare-unanswered' | 'cloudflare-unavailable' {
  if (!isWrite(call.method)) return 'cloudflare-unavailable';
  return sent ? 'cloudflare-unanswered' : 'cloudflare-not-sent';
}

function codeOf(call: CallFacts, answer: FailedAnswer): CloudflareErrorCode {
  const { status } = answer;
  if (status === 429) return 'cloudflare-rate-limited';
  // 408 is a proxy's: the request may have gone on.
  if (status >= 500 || status === 408) return silenceCode(call, true);
  // A success that cannot be read: the write happened, or half of its answer is missing.
  if (status >= 200 && status < 300 && !answer.enveloped) return silenceCode(call, true);
  return codeOfCredential(call, answer) ?? codeOfTarget(call, answer) ?? 'cloudflare-refused';
}

/** Codes of a missing or malformed credential, wherever they come. */
const MALFORMED = new Set([6003, 6103, 6111]);
const REJECTED = new Set([9103, 9106, 9109]);

function codeOfCredential(call: CallFacts, answer: FailedAnswer): CloudflareErrorCode | undefined {
  const { status, faults } = answer;
  if (!answer.enveloped) return status === 401 ? 'credential-rejected' : undefined;
  const has = (code: number): boolean => faults.some((fault) => fault.code === code);
  const says = (text: RegExp): boolean => faults.some((fault) => text.test(fault.message));
  if (faults.some((fault) => MALFORMED.has(fault.code))) return 'credential-malformed';
  // 9109 is an access token that is no good, or a resource that it does not reach (the split is not documented). Of one
  // zone the latter is no reason to give up all the others; a token that is dead is told by its own test.
  const ofZone = call.route.startsWith('/zones/{zone_id}');
  if (ofZone && has(9109) && says(/unauthorized to access requested resource/i)) return 'permission-missing';
  if (faults.some((fault) => REJECTED.has(fault.code))) return 'credential-rejected';
  if (status === 401) {
    const dead = isVerify(call) || !has(10000);
    return dead ? 'credential-rejected' : 'permission-missing';
  }
  if (status === 403 && (has(10000) || faults.length === 0)) return 'permission-missing';
  if (has(1068) && call.route === '/zones') return 'permission-missing';
  if (says(/requires permission|failed common permission check|not authorized/i)) return 'permission-missing';
  // Origin CA answers 1010 for a name whose zone the token may not sign for.
  if (call.route === '/certificates' && has(1010) && says(/do not have access/i)) return 'permission-missing';
  // `missing authentication` of the account's verify route is 1001; elsewhere 1001 is any bad input.
  if (isVerify(call) && (has(1000) || has(1001))) return 'credential-rejected';
  return undefined;
}

function codeOfTarget(call: CallFacts, { status, faults }: FailedAnswer): CloudflareErrorCode | undefined {
  const has = (code: number): boolean => faults.some((fault) => fault.code === code);
  // A record that is gone refuses the batch; the zone is there.
  if (has(81044)) return 'cloudflare-refused';
  if (has(7001)) return 'cloudflare-refused';
  if (status === 404 || has(7003) || has(7000)) return 'cloudflare-not-found';
  // 1003 is also "not entitled" for DNS settings.
  if (has(1003) && /^\/zones\/\{zone_id\}(\/dns_records.*)?$/.test(call.route)) return 'cloudflare-not-found';
  const gone = /^(domain not found|no workflow found)/i;
  if (isRegistrar(call) && faults.some((fault) => gone.test(fault.message))) return 'cloudflare-not-found';
  return undefined;
}

/** 1052 comes and goes at zone creation: nothing was made, and trying again helps (cloudflare-api §2.4). */
function isPassingRefusal(code: CloudflareErrorCode, { faults }: FailedAnswer): boolean {
  return code === 'cloudflare-refused' && faults.some((fault) => fault.code === 1052);
}

function messageOf(code: CloudflareErrorCode, call: CallFacts, answer: FailedAnswer): string {
  const said = saying(answer);
  const right = likelyRight(call.method, call.route);
  switch (code) {
    case 'credential-malformed':
      return `Cloudflare says that the credential is malformed (${said})`;
    case 'credential-rejected':
      return `Cloudflare rejected the credential: wrong, expired, disabled, or barred from this address or resource (${said})`;
    case 'permission-missing':
      return `The credential may not do ${callName(call)}${right === null ? '' : `: it probably lacks "${right}", or the zone or account is gone or another's`} (${said})`;
    case 'cloudflare-not-found':
      return `Cloudflare does not know what ${callName(call)} asks for (${said})`;
    case 'cloudflare-rate-limited':
      return `Cloudflare's rate limit is reached; ${callName(call)} was not carried out (${said})`;
    case 'cloudflare-unanswered':
      return `${callName(call)} was sent, and the answer does not tell what became of it (${said})`;
    case 'cloudflare-unavailable':
      return `Cloudflare could not answer ${callName(call)} (${said})`;
    case 'cloudflare-not-sent':
    case 'cloudflare-refused':
      return `Cloudflare refused ${callName(call)}: ${said}`;
    default:
      return code satisfies never;
  }
}

function nextOf(code: CloudflareErrorCode, call: CallFacts, answer: FailedAnswer): string[] {
  const right = likelyRight(call.method, call.route);
  switch (code) {
    case 'credential-malformed':
      return ['Copy the token or key again: without spaces, quotes or the word Bearer.'];
    case 'credential-rejected':
      return ['Check at Cloudflare that the token is active, not expired, and allowed from this address.'];
    case 'permission-missing':
      return right === null ? [] : [`Give the token the permission "${right}".`];
    case 'cloudflare-not-found':
      return ['Check the id; a zone must be in an account that the credential sees.'];
    case 'cloudflare-rate-limited': {
      const seconds = answer.retryAfterMs === null ? null : Math.ceil(answer.retryAfterMs / 1000);
      return [seconds === null ? 'Wait up to 5 minutes, then try again.' : `Try again in ${seconds} s.`];
    }
    case 'cloudflare-unanswered':
      return ['Read the zone before sending anything again.'];
    case 'cloudflare-unavailable':
      return ['Try again later.', 'See https://www.cloudflarestatus.com.'];
    default:
      return [];
  }
}

/** `An identical record already exists. [81058], HTTP 400, ray 8c…` */
function saying({ status, faults, ray, enveloped }: FailedAnswer): string {
  const texts = faults.map((fault) => `${fault.message} [${fault.code}]`).join('; ');
  const body = texts !== '' ? texts : enveloped ? 'no reason given' : strangeness(status);
  return `${body}, HTTP ${status}${ray === null ? '' : `, ray ${ray}`}`;
}

function strangeness(status: number): string {
  if (status >= 300 && status < 400) return 'a redirect, which is not followed; check the base URL';
  return 'the answer is not in the form of the API';
}

function callName({ method, route }: CallFacts): string {
  return `${method} ${route}`;
}

function isVerify({ route }: CallFacts): boolean {
  return route.endsWith('/tokens/verify');
}

function isRegistrar({ route }: CallFacts): boolean {
  return /\/registrar(-sandbox)?\//.test(route);
}
