import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFailure, isNotSent } from './connection-failure.ts';

function failed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

function system(code: string, syscall?: string): Error {
  return Object.assign(
    new Error(`${syscall ?? 'read'} ${code}`),
    syscall === undefined ? { code } : { code, syscall },
  );
}

describe('connection failure', () => {
  const refused = system('ECONNREFUSED', 'connect');
  const cases: readonly [string, unknown, boolean][] = [
    ['no address', failed(system('ENOTFOUND', 'getaddrinfo')), true],
    ['a refused connection', failed(refused), true],
    ['a timeout while connecting', failed(system('ETIMEDOUT', 'connect')), true],
    ['an unreachable network while connecting', failed(system('ENETUNREACH', 'connect')), true],
    ['undici’s own connect timeout', failed(system('UND_ERR_CONNECT_TIMEOUT')), true],
    ['a certificate that we refused', failed(system('DEPTH_ZERO_SELF_SIGNED_CERT')), true],
    ['every address refused', failed(new AggregateError([refused, refused])), true],
    [
      'one address refused, another reset',
      failed(new AggregateError([refused, system('ECONNRESET', 'read')])),
      false,
    ],
    ['a reset', failed(system('ECONNRESET', 'read')), false],
    ['a reset while writing', failed(system('EPIPE', 'write')), false],
    ['an unreachable network while reading', failed(system('ENETUNREACH', 'read')), false],
    ['a socket that closed', failed(system('UND_ERR_SOCKET')), false],
    ['a timeout of ours', new Error('no answer within 60000 ms'), false],
    ['something that is no error', 'boom', false],
  ];
  for (const [name, error, expected] of cases) {
    it(`${name}: ${expected ? 'not sent' : 'may have been sent'}`, () =>
      assert.equal(isNotSent(error), expected));
  }

  it('tells the innermost reason', () => {
    assert.equal(describeFailure(failed(new AggregateError([refused]))), 'connect ECONNREFUSED');
    assert.equal(describeFailure(failed(system('UND_ERR_SOCKET'))), 'read UND_ERR_SOCKET');
    assert.equal(describeFailure('boom'), 'no answer');
  });
});
