/** Questions to a person. Without a terminal nothing is asked: the command says which flag to give instead. */
import { CancelledError, UsageError } from './errors.ts';
import type { Io } from './io.ts';
import { paintFor } from './output/paint.ts';

export function canAsk(io: Io): boolean {
  return io.stdin.isTty && io.stderr.isTty;
}

/** Asks for a secret; nothing of it is shown. Throws `CancelledError` at Ctrl-C or an empty answer. */
export async function askSecret(io: Io, question: string): Promise<string> {
  const text = (await askKeys(io, question, { echo: false })).trim();
  if (text === '') throw new CancelledError('Nothing was given; nothing was done.');
  return text;
}

/** Asks for a line of text; the default stands for an empty answer. */
export async function ask(io: Io, question: string, byDefault = ''): Promise<string> {
  const shown = byDefault === '' ? '' : paintFor(io, io.stderr).dim(` [${byDefault}]`);
  const text = (await askKeys(io, `${question}${shown}`, { echo: true })).trim();
  return text === '' ? byDefault : text;
}

/**
 * Goes on after a yes. With `--yes` it does not ask; off a terminal without it, `UsageError`; a no is a
 * `CancelledError`, never a success.
 */
export async function confirm(io: Io, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!canAsk(io)) {
    throw new UsageError('This needs a yes, and there is no terminal to ask at.', [
      'Add --yes once you are sure; nothing was written.',
    ]);
  }
  const { bold, dim } = paintFor(io, io.stderr);
  const answer = await askKeys(io, `${bold(question)} ${dim('[y/N]')}`, { echo: true });
  if (/^(y|yes)$/i.test(answer.trim())) return;
  throw new CancelledError('Cancelled; nothing was written.');
}

const ANSWER_CHARS_MAX = 16_384;

/** Reads one line, key by key. */
async function askKeys(io: Io, question: string, options: { readonly echo: boolean }): Promise<string> {
  io.stderr.write(`${question} `);
  let text = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const onKey = (key: string): void => {
    if (key === '\r' || key === '\n') resolve(text);
    else if (key === '\u0003' || (key === '\u0004' && text === '')) reject(new CancelledError('Cancelled.'));
    else if (key === '\u007f' || key === '\b') {
      if (options.echo && text !== '') io.stderr.write('\b \b');
      text = [...text].slice(0, -1).join('');
    } else if (key >= ' ' && text.length < ANSWER_CHARS_MAX) {
      text += key;
      if (options.echo) io.stderr.write(key);
    }
  };
  const stop = io.stdin.readKeys((keys) => {
    // An arrow key, or the brackets that a terminal puts around a paste: no text of the answer.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
    for (const key of keys.replace(/\u001b\[[0-9;]*[A-Za-z~]/g, '')) onKey(key);
  });
  try {
    return await promise;
  } finally {
    stop();
    io.stderr.write('\n');
  }
}
