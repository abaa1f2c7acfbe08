/** Words and colours of the page of a connect link. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contrastOf, inkOn } from './brand-colour.ts';
import { inWordsOfTheForm } from './form-words.ts';

describe('the page of a connect link', () => {
  it('writes legibly on any colour', () => {
    const parts = ['00', '3f', '7f', '80', 'bf', 'ff'];
    for (const red of parts)
      for (const green of parts)
        for (const blue of parts) {
          const colour = `#${red}${green}${blue}`;
          assert.ok(contrastOf(colour, inkOn(colour)) >= 4.5, `${colour} ${inkOn(colour)}`);
        }
    assert.equal(inkOn('#7a2ea0'), '#ffffff');
    assert.equal(inkOn('#ffd500'), '#000000');
  });

  it('says what the server says in the words of a form', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['--token is cut off (13 characters). → copy it again', 'The token is cut off (13 characters).'],
      ['Nothing was saved. --account-id is no id.', 'Nothing was saved. The account id is no id.'],
      ['Give --email with --key.', 'Give the email with the key.'],
      ['The credential is not valid.', 'The credential is not valid.'],
    ];
    for (const [said, expected] of rows) assert.equal(inWordsOfTheForm(said), expected);
  });
});
