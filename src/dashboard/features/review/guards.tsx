/**
 * Guard rails that a plan runs into, each with its own word to lift it. What no undo brings back has to be typed; the
 * rest is ticked.
 */
import { Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ZonePlan } from '../../../client/index.ts';
import { Note } from '../../kit/note.tsx';
import { sentence } from '../../kit/words.ts';

export type Guard = ZonePlan['guards'][number] & { readonly zone: string };

/** One for each word: a word lifts all guard rails that it is the word of. */
export function guardsByWord(plans: readonly ZonePlan[]): ReadonlyMap<string, readonly Guard[]> {
  const all = plans.flatMap((plan) => plan.guards.map((guard) => ({ ...guard, zone: plan.zone.name })));
  return Map.groupBy(all, ({ override }) => override);
}

export function Guards({
  guards,
  allowed,
  onAllow,
}: {
  readonly guards: ReadonlyMap<string, readonly Guard[]>;
  readonly allowed: ReadonlySet<string>;
  readonly onAllow: (words: ReadonlySet<string>) => void;
}): ReactNode {
  if (guards.size === 0) return null;
  const set = (word: string, isAllowed: boolean): void => {
    const next = new Set(allowed);
    if (isAllowed) next.add(word);
    else next.delete(word);
    onAllow(next);
  };
  return (
    <section className="stack stack--tight" aria-label="Guard rails">
      {[...guards].map(([word, all]) => {
        const isFinal = all.some(({ irreversible }) => irreversible);
        return (
          <Note key={word} tone={isFinal ? 'delete' : 'risk'}>
            {[...new Set(all.map(({ message }) => message))].map((message) => (
              <p key={message}>{sentence(message)}</p>
            ))}
            {isFinal ? (
              <TypedWord word={word} onChange={(isRight) => set(word, isRight)} />
            ) : (
              <Checkbox
                label={
                  <>
                    I have looked at it. Allow <span className="mono">{word}</span>
                  </>
                }
                checked={allowed.has(word)}
                onChange={(event) => set(word, event.currentTarget.checked)}
              />
            )}
          </Note>
        );
      })}
    </section>
  );
}

function TypedWord({
  word,
  onChange,
}: {
  readonly word: string;
  readonly onChange: (isRight: boolean) => void;
}): ReactNode {
  const [text, setText] = useState('');
  return (
    <TextInput
      label={
        <>
          No undo brings this back. Type <span className="mono">{word}</span> to allow it
        </>
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(event.currentTarget.value === word);
      }}
      spellCheck={false}
      autoComplete="off"
    />
  );
}
