/** Asks a DNS server one question over UDP, as `dig` would: no cache, no resolver between. */
import { createSocket } from 'node:dgram';
import { decode, encode, RECURSION_DESIRED } from 'dns-packet';

export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
}

const TIMEOUT_MS = 3_000;
const ID_MAX = 65_535;

/** The answers as short texts, sorted; the response code where there are none: `NXDOMAIN`, `NOERROR`. */
export async function askDns(
  server: { readonly host: string; readonly port: number },
  question: DnsQuestion,
): Promise<string> {
  const id = Math.floor(Math.random() * ID_MAX);
  const query = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [question] });
  const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const timer = setTimeout(() => reject(new Error(`no answer about ${question.name}`)), TIMEOUT_MS);
    socket.once('message', resolve);
    socket.once('error', reject);
    socket.send(query, server.port, server.host);
    const answer = decode(await promise.finally(() => clearTimeout(timer)));
    if (answer.id !== id) throw new Error(`an answer to another question than ${question.name}`);
    const texts = (answer.answers ?? []).map(
      (one) => `${one.type} ${dataText('data' in one ? one.data : '')}`,
    );
    return texts.length === 0 ? codeOf(answer) : texts.sort().join(', ');
  } finally {
    socket.close();
  }
}

function dataText(data: unknown): string {
  const parts = Array.isArray(data) ? data : [data];
  return parts.map((part) => (Buffer.isBuffer(part) ? part.toString('utf8') : String(part))).join('');
}

/** The packet library decodes the code and does not declare it. */
function codeOf(packet: object): string {
  const code = 'rcode' in packet ? String(packet.rcode) : 'NOERROR';
  return code === 'NOERROR' ? 'no such record' : code;
}
