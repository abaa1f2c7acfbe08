/** Commands of the server's lines become pages. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Piece, piecesOf } from './next-step.ts';

function shown(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      if (piece.kind === 'page') return `[${piece.label}](${piece.href})`;
      return piece.kind === 'address' ? `<${piece.href}>` : `{${piece.command}}`;
    })
    .join('');
}

describe('what to do next', () => {
  it('leads to the page where it is done', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['zoneward connections add', '[Connect an account](/connections/new)'],
      [
        'give the credential anew: zoneward connections relink con_01',
        'give the credential anew: [New credential](/connections/con_01?do=relink)',
      ],
      [
        'zoneward connections link asks for exactly what is missing; then relink',
        '[Cloudflare’s form, filled in](/connections/con_7?do=relink) asks for exactly what is missing; then relink',
      ],
      [
        'zoneward connections rotate, or make a new token and relink: zoneward connections link',
        '[Rotation](/connections/con_7), or make a new token and relink: [Cloudflare’s form, filled in](/connections/con_7?do=relink)',
      ],
      [
        'Wait until that is done, then run `zoneward changes resume` or apply again.',
        'Wait until that is done, then run [Go on with it](/changes) or apply again.',
      ],
      ['zoneward changes resume chg_01k', '[Go on with it](/changes/chg_01k)'],
      ['zoneward changes resume chg_01k --key FILE', '{zoneward changes resume chg_01k --key FILE}'],
      ['zoneward domains approve pur_01', '[Approve](/domains/purchases/pur_01)'],
      ['zoneward domains limit --monthly 20.00 --currency USD', '[Spend limit](/domains/purchases)'],
      [
        'Register it elsewhere, then: zoneward provision DOMAIN',
        'Register it elsewhere, then: [Bring it up](/provisioning/new?domain=)',
      ],
      [
        'zoneward tls dnssec shop.example disable',
        '[Plan DNSSEC off](/zones/shop.example/settings-plan?set=dnssec%3Doff)',
      ],
      ['zoneward tls certificates list shop.example', '[SSL/TLS of the zone](/zones/shop.example/tls)'],
      ['zoneward tls list --refresh', '[SSL/TLS of all zones](/tls)'],
      ['zoneward webhooks list', '[Webhooks](/webhooks)'],
      ['zoneward api-keys list', '[API keys](/api-keys)'],
      ['zoneward templates applied shop.example', '[Its templates](/zones/shop.example/templates)'],
      ['zoneward records list ZONE', '[Zones](/zones)'],
      ['zoneward zones history münchen.example', '[Its history](/zones/m%C3%BCnchen.example/history)'],
      ['zoneward apply shop.example -f zone.yaml', '[Import a zone file](/zones/shop.example/import)'],
      ['Run `zoneward store check`.', 'Run {zoneward store check}.'],
      [
        'put key k-1 into the ring, or zoneward keys add k-1',
        'put key k-1 into the ring, or {zoneward keys add k-1}',
      ],
      [
        'zoneward api-keys create --label NAME --scope read',
        '{zoneward api-keys create --label NAME --scope read}',
      ],
      [
        'Cloudflare tells more at https://dash.cloudflare.com/profile, in words.',
        'Cloudflare tells more at <https://dash.cloudflare.com/profile>, in words.',
      ],
      ['Ask zoneward people.', 'Ask zoneward people.'],
      ['Wait a minute.', 'Wait a minute.'],
    ];
    for (const [line, expected] of rows)
      assert.equal(shown(piecesOf(line, { connection: 'con_7' })), expected, line);
  });

  it('loses no letter of a line', () => {
    const line = 'find out who wrote; then `zoneward connections relink con_1`, or zoneward store check.';
    const text = piecesOf(line)
      .map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'address' ? '' : piece.command))
      .join('');
    assert.equal(text, line.replaceAll('`', ''));
  });
});
