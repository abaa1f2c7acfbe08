/** The SOA asker against name servers that answer well, badly, late, cut, or for somebody else. */
import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { type OpenSoaAsker, openSoaAsker } from '../src/app/soa-asker.ts';
import type { ZoneId } from '../src/base/ids.ts';
import type { DomainName } from '../src/dns/name.ts';
import type { SoaQuestion } from '../src/domains/zones/signals/ports.ts';

const ANSWER: Packet = { type: 'response', flags: AUTHORITATIVE_ANSWER };

function soa(name: string, serial: number): NonNullable<Packet['answers']>[number] {
  const data = {
    mname: 'a.example',
    rname: 'b.example',
    serial,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 1,
  };
  return { type: 'SOA', name, ttl: 1, data };
}

function zone(name: string): SoaQuestion {
  return {
    zoneId: name as ZoneId,
    name: name as DomainName,
    nameServers: ['ns.invalid'],
  };
}

describe('soa asker', () => {
  let udp: Socket;
  let tcp: Server;
  let asker: OpenSoaAsker;
  let asked = 0;
  /** Answers one question; null says nothing. */
  let respond: (question: string, from: RemoteInfo, id: number) => Packet | null = () => null;

  before(async () => {
    udp = createSocket('udp4');
    tcp = createServer((socket) => {
      socket.once('data', (data: Buffer) => {
        const { id = 0, questions = [] } = decode(data.subarray(2));
        const name = questions[0]?.name ?? '';
        const whole = streamEncode({ ...ANSWER, id, questions, answers: [soa(name, 77)] });
        // In two pieces, as TCP may.
        socket.write(whole.subarray(0, 5));
        setImmediate(() => socket.end(whole.subarray(5)));
      });
    });
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const address = tcp.address();
    assert.ok(address !== null && typeof address === 'object');
    await new Promise<void>((resolve) => udp.bind(address.port, '127.0.0.1', resolve));
    udp.on('message', (message, from) => {
      asked += 1;
      const { id = 0, questions = [] } = decode(message);
      const answer = respond(questions[0]?.name ?? '', from, id);
      if (answer !== null) udp.send(encode({ id, questions, ...answer }), from.port, from.address);
    });
    asker = openSoaAsker({ address: { host: '127.0.0.1', port: address.port }, timeoutMs: 60 });
  });

  beforeEach(() => {
    asked = 0;
  });

  after(async () => {
    await asker.close();
    udp.close();
    tcp.close();
  });

  async function serialOf(name: string): Promise<number | undefined> {
    return (await asker.serials([zone(name)], {})).get(name as ZoneId);
  }

  it('gives the serial of an authoritative answer, whatever its case', async () => {
    respond = (name) => ({ ...ANSWER, answers: [soa(name.toUpperCase(), 42)] });
    assert.equal(await serialOf('shop.example'), 42);
    assert.equal(asked, 1);
  });

  it('asks again when nothing comes, and gives up in the end', async () => {
    respond = (name) => (asked < 3 ? null : { ...ANSWER, answers: [soa(name, 43)] });
    assert.equal(await serialOf('shop.example'), 43);
    respond = () => null;
    asked = 0;
    assert.equal(await serialOf('shop.example'), undefined);
    assert.equal(asked, 3);
  });

  it('trusts no answer of a cache, for another zone, without the record, or with another id', async () => {
    const bad: Record<string, (name: string, id: number) => Packet> = {
      cache: (name) => ({ type: 'response', flags: 0, answers: [soa(name, 1)] }),
      'another zone': () => ({ ...ANSWER, answers: [soa('evil.example', 1)] }),
      'another question': (name) => ({
        ...ANSWER,
        questions: [{ type: 'SOA', name: 'evil.example' }],
        answers: [soa(name, 1)],
      }),
      empty: () => ({ ...ANSWER, answers: [] }),
      'another id': (name, id) => ({ ...ANSWER, id: (id + 1) & 0xffff, answers: [soa(name, 1)] }),
    };
    for (const [what, answer] of Object.entries(bad)) {
      respond = (name, _from, id) => answer(name, id);
      assert.equal(await serialOf('shop.example'), undefined, what);
    }
  });

  it('takes no answer from a server that it did not ask', async () => {
    const stranger = createSocket('udp4');
    respond = (name, from, id) => {
      const questions = [{ type: 'SOA', name }] as Packet['questions'];
      stranger.send(encode({ ...ANSWER, id, questions, answers: [soa(name, 666)] }), from.port, from.address);
      return null;
    };
    assert.equal(await serialOf('shop.example'), undefined);
    stranger.close();
  });

  it('survives what is no DNS message', async () => {
    respond = (name, from) => {
      udp.send(Buffer.from('no'), from.port, from.address);
      return { ...ANSWER, answers: [soa(name, 44)] };
    };
    assert.equal(await serialOf('shop.example'), 44);
  });

  it('asks over TCP when the answer was cut', async () => {
    respond = () => ({ type: 'response', flags: AUTHORITATIVE_ANSWER | TRUNCATED_RESPONSE });
    assert.equal(await serialOf('shop.example'), 77);
  });

  it('asks many at once, at the pace that it may', async () => {
    respond = (name) => ({ ...ANSWER, answers: [soa(name, name.length)] });
    const questions = Array.from({ length: 100 }, (_, i) => zone(`zone-${i}.example`));
    const startedAt = performance.now();
    const serials = await asker.serials(questions, {});
    const tookMs = performance.now() - startedAt;
    assert.equal(serials.size, 100);
    assert.ok(tookMs >= 190, `500 a second, not 100 in ${Math.round(tookMs)} ms`);
  });

  it('ends with the reason of its signal', async () => {
    respond = () => null;
    const abort = new AbortController();
    const asking = asker.serials([zone('a.example'), zone('b.example')], { signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(asking, /enough/);
  });
});
