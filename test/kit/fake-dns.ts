/** DNS servers of a test: answers by a function, over UDP. A parent zone or a resolver with an old answer, say. */
import { createSocket } from 'node:dgram';
import { type Answer, type DSAnswer, decode, encode, type Packet } from 'dns-packet';

export interface FakeAnswer {
  readonly rcode?: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly authoritative?: boolean;
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
}

export interface FakeDns extends AsyncDisposable {
  /** `127.0.0.1:5353`. */
  readonly address: string;
  readonly asked: string[];
}

const RCODES = { NOERROR: 0, NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const;
const AUTHORITATIVE = 0x0400;

/** Null: no answer at all. */
export async function startFakeDns(
  answer: (name: string, type: string) => FakeAnswer | null,
): Promise<FakeDns> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    const name = question.name.toLowerCase();
    asked.push(`${name} ${question.type}`);
    const reply = answer(name, question.type);
    if (reply === null) return;
    const packet: Packet = {
      type: 'response',
      ...(query.id === undefined ? {} : { id: query.id }),
      flags: RCODES[reply.rcode ?? 'NOERROR'] | (reply.authoritative === true ? AUTHORITATIVE : 0),
      questions: query.questions ?? [],
      answers: [...(reply.answers ?? [])],
      authorities: [...(reply.authorities ?? [])],
    };
    socket.send(encode(packet), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** A parent's answers: a referral for `zone`, or its word that there is none, and its DS. */
export function parentOf(
  zone: string,
  nameServers: () => readonly string[],
  ds: () => readonly DSAnswer['data'][] = () => [],
): Parameters<typeof startFakeDns>[0] {
  const parent = zone.split('.').slice(1).join('.');
  return (name, type) => {
    if (name === zone && type === 'NS' && nameServers().length > 0)
      return {
        authorities: nameServers().map((data) => ({ type: 'NS' as const, name: zone, data, ttl: 172_800 })),
      };
    if (name === zone && type === 'DS' && ds().length > 0)
      return {
        authoritative: true,
        answers: ds().map((data) => ({ type: 'DS' as const, name: zone, ttl: 3_600, data })),
      };
    const data = { mname: 'a.nic', rname: 'x', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 900 };
    const rcode = name === zone ? 'NXDOMAIN' : 'REFUSED';
    return { rcode, authoritative: true, authorities: [{ type: 'SOA', name: parent, ttl: 900, data }] };
  };
}
