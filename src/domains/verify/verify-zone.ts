/**
 * Verifies a zone: compares the wanted with the held, asks the nameservers and the resolvers about every set, and asks
 * the parent who is in charge. Reads only. Every question goes to each server once; safe to repeat and to abort.
 */
import type { DomainName } from '../../dns/name.ts';
import { rdataKey } from '../../dns/rdata-key.ts';
import { formatRdata } from '../../dns/rdata-text.ts';
import type { Rdata } from '../../dns/record.ts';
import {
  judgeAnswers,
  type Question,
  questionsOf,
  type RecordSet,
  setsOf,
  showRecords,
} from './expectations.ts';
import type { DelegationVerdict, RecordVerdict, Sighting, Verification } from './model.ts';
import type { DnsAsker, DnsReply } from './ports.ts';
import { verdictOf } from './verdict.ts';

/** Questions under way at a time, over all servers. */
const IN_FLIGHT = 24;
/** A zone with more sets is verified by names. */
export const SETS_MAX = 2_000;

type SetRecord = RecordSet['records'][number];

export interface VerifyInput {
  readonly zone: DomainName;
  readonly status: string;
  /** Cloudflare's nameservers for the zone. */
  readonly nameServers: readonly string[];
  /** Addresses of resolvers, with an optional port. */
  readonly resolvers: readonly string[];
  readonly source: string;
  readonly wanted: readonly SetRecord[];
  readonly held: readonly SetRecord[];
  /** Whether `wanted` speaks for all that is held; else what it does not mention is fine. */
  readonly complete: boolean;
  readonly at: number;
  readonly signal?: AbortSignal;
}

export async function verifyZone(
  ports: { readonly asker: DnsAsker },
  input: VerifyInput,
): Promise<Omit<Verification, 'dnssec' | 'calls'>> {
  const options = input.signal === undefined ? {} : { signal: input.signal };
  const published = await ports.asker.delegation(input.zone, options);
  const delegation = delegationVerdict(input, published);
  const held = setsOf(input.held);
  const names = new Set<string>(input.held.map(({ name }) => name));
  const { questions, notAsked } = questionsOf(held, input.zone, names);
  const sightings = await askAll(ports.asker, input, questions);
  const wanted = new Map(setsOf(input.wanted).map((set) => [keyOf(set), set]));
  const asked = new Map(questions.map((question, at) => [keyOf(question.set), { question, at }]));
  const records: RecordVerdict[] = [];
  for (const set of held) {
    const known = asked.get(keyOf(set));
    const seen = known === undefined ? [] : (sightings[known.at] ?? []);
    const want = wanted.get(keyOf(set));
    records.push(
      verdictOf({
        set,
        wanted: want === undefined && !input.complete ? set : want,
        question: known?.question ?? null,
        sightings: seen,
        delegation,
        status: input.status,
        zone: input.zone,
      }),
    );
  }
  const heldKeys = new Set(held.map(keyOf));
  for (const set of wanted.values()) if (!heldKeys.has(keyOf(set))) records.push(missingVerdict(set, input));
  return { zone: input.zone, at: input.at, source: input.source, delegation, records, notAsked };
}

function keyOf({ name, type }: Pick<RecordSet, 'name' | 'type'>): string {
  return `${name} ${type}`;
}

function missingVerdict(set: RecordSet, { zone, source }: VerifyInput): RecordVerdict {
  return {
    name: set.name,
    type: set.type,
    state: 'missing',
    reason: 'It is wanted, and Cloudflare does not hold it.',
    next: [`zoneward apply ${zone} -f ${source}`],
    wanted: showRecords(set.records),
    held: [],
    sightings: [],
    waitSeconds: null,
  };
}

/** By question: what every server answered. */
async function askAll(
  asker: DnsAsker,
  { nameServers, resolvers, signal }: VerifyInput,
  questions: readonly Question[],
): Promise<Sighting[][]> {
  const servers = [
    ...nameServers.map((server) => ({ server, kind: 'nameserver' as const })),
    ...resolvers.map((server) => ({ server, kind: 'resolver' as const })),
  ];
  const sightings: Sighting[][] = questions.map(() => []);
  const queue = questions.flatMap((question, at) => servers.map((server) => ({ question, at, ...server })));
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < queue.length; index = next++) {
      const item = queue[index];
      if (item === undefined) return;
      signal?.throwIfAborted();
      const { question, server, kind } = item;
      const asked = { name: question.name, type: question.type, recursive: kind === 'resolver' };
      const reply = await asker.ask(server, asked, signal === undefined ? {} : { signal });
      sightings[item.at]?.push(sightingOf({ server, kind }, question, reply));
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, queue.length) }, work));
  const order = new Map(servers.map(({ server }, at) => [server, at]));
  const place = ({ server }: Sighting): number => order.get(server) ?? 0;
  return sightings.map((list) => list.sort((a, b) => place(a) - place(b)));
}

function sightingOf(
  place: Pick<Sighting, 'server' | 'kind'>,
  question: Question,
  reply: DnsReply | null,
): Sighting {
  if (reply === null) return { ...place, state: 'unreachable', answers: [], ttlSeconds: null };
  if (reply.rcode === 'REFUSED') return { ...place, state: 'refused', answers: [], ttlSeconds: null };
  if (reply.rcode === 'SERVFAIL' || reply.rcode === 'OTHER')
    return { ...place, state: 'failing', answers: [], ttlSeconds: null };
  const answers = answersTo(question, reply);
  const rdata = answers.map((one) => one.rdata);
  const state = judgeAnswers(question.expect, rdata) === 'right' ? 'right' : 'other';
  const ttls = answers.map(({ ttlSeconds }) => ttlSeconds);
  const ttlSeconds = ttls.length > 0 ? Math.min(...ttls) : reply.negativeTtlSeconds;
  return { ...place, state, answers: uniqueTexts(rdata), ttlSeconds };
}

/** Records of the type that was asked for, at the end of a chain of CNAMEs too; of a delegation, what refers to it. */
function answersTo({ type, name }: Question, { answers, authorities }: DnsReply): DnsReply['answers'] {
  const found = answers.filter(
    ({ rdata }) => (rdata.type === 'unknown' ? rdata.rrtype : rdata.type) === type,
  );
  if (found.length > 0 || type !== 'NS') return found;
  return authorities.filter((one) => one.rdata.type === 'NS' && one.name === name);
}

function uniqueTexts(rdata: readonly Rdata[]): string[] {
  const byKey = new Map(rdata.map((one) => [rdataKey(one), formatRdata(one)]));
  return [...byKey.values()].sort();
}

/** Who is in charge of the domain, by the parent's word. */
export function delegationVerdict(
  { zone, nameServers }: Pick<VerifyInput, 'zone' | 'nameServers'>,
  published: readonly string[] | null,
): DelegationVerdict {
  const wanted = [...nameServers].sort();
  const set = `Set these at the registrar of ${zone}, and no others: ${wanted.join(', ')}`;
  const base = { nameServers: published === null ? null : [...published].sort(), wanted };
  if (published === null)
    return { ...base, state: 'unknown', reason: 'The parent could not be asked who is in charge.', next: [] };
  const ours = published.filter((server) => wanted.includes(server));
  if (published.length === 0)
    return { ...base, state: 'none', reason: 'The parent delegates the domain to nobody.', next: [set] };
  const shown = published.join(', ');
  if (ours.length === 0)
    return { ...base, state: 'other', reason: `The domain is delegated to ${shown}.`, next: [set] };
  if (ours.length < published.length)
    return {
      ...base,
      state: 'partial',
      reason: `Cloudflare's nameservers and others are in charge: ${shown}.`,
      next: [set],
    };
  return { ...base, state: 'cloudflare', reason: `The domain is delegated to ${shown}.`, next: [] };
}
