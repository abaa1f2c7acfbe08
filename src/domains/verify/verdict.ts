/** The state of one set from everything that was seen of it: the worst that a person should know of. Pure. */
import type { DomainName } from '../../dns/name.ts';
import { rdataKey } from '../../dns/rdata-key.ts';
import { type Question, type RecordSet, showRecords } from './expectations.ts';
import type { DelegationVerdict, RecordState, RecordVerdict, Sighting } from './model.ts';

export interface Evidence {
  readonly set: RecordSet;
  /** Undefined: nobody wants it. */
  readonly wanted: RecordSet | undefined;
  /** Null: it cannot be asked for. */
  readonly question: Question | null;
  readonly sightings: readonly Sighting[];
  readonly delegation: DelegationVerdict;
  /** The zone's, at Cloudflare. */
  readonly status: string;
  readonly zone: DomainName;
}

type Finding = Pick<RecordVerdict, 'state' | 'reason' | 'next' | 'waitSeconds'>;

export function verdictOf(evidence: Evidence): RecordVerdict {
  const { set, wanted, sightings } = evidence;
  return {
    name: set.name,
    type: set.type,
    ...findingOf(evidence),
    wanted: wanted === undefined ? [] : showRecords(wanted.records),
    held: showRecords(set.records),
    sightings,
  };
}

function findingOf(evidence: Evidence): Finding {
  const { set, wanted, zone, question, sightings } = evidence;
  const plan = `zoneward plan ${zone} -f FILE`;
  if (wanted === undefined) return found('unexpected', 'Cloudflare holds it, and nobody wants it.', [plan]);
  if (!sameData(set, wanted)) return found('differs', 'Cloudflare holds other data than wanted.', [plan]);
  if (question === null) return found('ok', 'As wanted; DNS cannot be asked about it.', []);
  const served = nameServerFinding(evidence, question);
  if (served !== null) return served;
  const seen = resolverFinding(evidence);
  if (seen !== null) return seen;
  if (sightings.length === 0) return found('ok', 'As wanted; nobody was asked.', []);
  return fine(question);
}

function fine({ expect }: Question): Finding {
  if (expect.kind === 'proxied')
    return found('proxied', "Answered with Cloudflare's addresses: it is proxied.", []);
  if (expect.kind === 'flattened') return found('flattened', "Answered with its target's addresses.", []);
  if (expect.kind === 'count')
    return found('ok', 'As many as wanted; data of this type are not compared.', []);
  return found('ok', 'As wanted, everywhere.', []);
}

function nameServerFinding({ sightings, status, zone }: Evidence, question: Question): Finding | null {
  const own = sightings.filter(({ kind }) => kind === 'nameserver');
  const wrong = own.find(({ state }) => state === 'other');
  if (wrong !== undefined) {
    const { expect } = question;
    const shown = wrong.answers.join(', ') || 'nothing';
    if (expect.kind === 'proxied' && wrong.answers.length > 0)
      return found('exposed', `${wrong.server} answers with the origin itself: ${shown}.`, [
        status === 'active'
          ? 'Look whether the zone is paused: zoneward zones show'
          : 'A zone that is not active yet proxies nothing.',
      ]);
    return found('not-served', `${wrong.server} answers ${shown}.`, [
      'Changes reach the nameservers within seconds: look again.',
      `zoneward zones show ${zone}`,
    ]);
  }
  const failing = own.find(({ state }) => state === 'failing' || state === 'refused');
  if (failing !== undefined)
    return found('not-served', `${failing.server} does not serve the zone (${failing.state}).`, [
      `zoneward zones show ${zone}`,
    ]);
  if (own.length > 0 && own.every(({ state }) => state === 'unreachable'))
    return found('unreachable', "None of the zone's nameservers answered.", [
      'Look at the way out of this machine: UDP and TCP port 53.',
    ]);
  return null;
}

function resolverFinding({ sightings, delegation, zone }: Evidence): Finding | null {
  const resolvers = sightings.filter(({ kind }) => kind === 'resolver');
  const failing = resolvers.find(({ state }) => state === 'failing');
  if (failing !== undefined)
    return found(
      'failing',
      `${failing.server} refuses to answer (SERVFAIL): mostly a broken chain of DNSSEC.`,
      [`zoneward tls dnssec ${zone} status`],
    );
  const other = resolvers.filter(({ state }) => state === 'other');
  if (other.length > 0) {
    if (delegation.state === 'other' || delegation.state === 'none' || delegation.state === 'partial')
      return found('elsewhere', `Resolvers do not ask Cloudflare. ${delegation.reason}`, delegation.next);
    const ttls = other.flatMap(({ ttlSeconds }) => ttlSeconds ?? []);
    const waitSeconds = ttls.length === 0 ? null : Math.max(...ttls);
    const who = other.map(({ server }) => server).join(', ');
    const had = other[0]?.answers.join(', ') || 'nothing';
    const time = waitSeconds === null ? 'for a while' : `for ${waitSeconds} s at most`;
    return {
      ...found('waiting', `${who} remembers an older answer (${had}) ${time}.`, ['Wait, then look again.']),
      waitSeconds,
    };
  }
  const silent = resolvers.filter(({ state }) => state === 'unreachable' || state === 'refused');
  if (resolvers.length > 0 && silent.length === resolvers.length)
    return found('unreachable', 'None of the resolvers answered.', ['Name others: --resolver ADDRESS']);
  return null;
}

function sameData(a: RecordSet, b: RecordSet): boolean {
  const keys = (set: RecordSet): string[] => set.records.map(({ rdata }) => rdataKey(rdata)).sort();
  return keys(a).join('\n') === keys(b).join('\n');
}

function found(state: RecordState, reason: string, next: readonly string[]): Finding {
  return { state, reason, next, waitSeconds: null };
}
