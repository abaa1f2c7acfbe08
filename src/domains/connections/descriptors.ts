/** Label, tags and metadata of a connection: what may be written there, and the default label. */
import type { Problem } from '../../base/problem.ts';
import { type Connection, DEFAULT_LABEL } from './model.ts';

export const LABEL_LENGTH_MAX = 100;
export const TAGS_MAX = 50;
export const TAG_LENGTH_MAX = 64;
export const METADATA_KEYS_MAX = 50;
export const METADATA_TEXT_MAX = 1_000;

export type Metadata = Connection['metadata'];

export interface Descriptors {
  readonly label?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Metadata | undefined;
}

// Any of these in a field that is printed and listed would be a leak, not a name.
const LOOKS_SECRET = /cf(?:k|ut|at|oat)_[A-Za-z0-9_-]{20,}/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Every problem of the given descriptors; no problem repeats a value that looks like a secret. */
export function checkDescriptors(given: Descriptors): readonly Problem[] {
  return [
    ...(given.label === undefined ? [] : checkText('label', given.label, LABEL_LENGTH_MAX)),
    ...(given.tags === undefined ? [] : checkTags(given.tags)),
    ...(given.metadata === undefined ? [] : checkMetadata(given.metadata)),
  ];
}

function checkTags(tags: readonly string[]): readonly Problem[] {
  const problems = tags.flatMap((tag) => checkText('tag', tag, TAG_LENGTH_MAX));
  if (tags.length > TAGS_MAX)
    problems.push(problem('tags-too-many', 'tags', `${tags.length} tags; at most ${TAGS_MAX}.`));
  return problems;
}

function checkMetadata(metadata: Metadata): readonly Problem[] {
  const entries = Object.entries(metadata);
  const problems = entries.flatMap(([key, value]) => checkEntry(key, value));
  if (entries.length > METADATA_KEYS_MAX) {
    problems.push(
      problem(
        'metadata-too-many',
        'metadata',
        `${entries.length} metadata keys; at most ${METADATA_KEYS_MAX}.`,
      ),
    );
  }
  return problems;
}

function checkEntry(key: string, value: unknown): Problem[] {
  if (LOOKS_SECRET.test(key)) return [looksSecret('metadata key')];
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(key)) {
    return [
      problem('metadata-key-malformed', 'metadata', 'A metadata key must be 1 to 64 of A-Z a-z 0-9 _ . -.'),
    ];
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return [];
  if (typeof value === 'string') {
    return value === '' ? [] : checkText(`metadata.${key}`, value, METADATA_TEXT_MAX);
  }
  return [
    problem(
      'metadata-type',
      `metadata.${key}`,
      `metadata.${key} must be text, a finite number, true or false.`,
    ),
  ];
}

function checkText(subject: string, text: string, lengthMax: number): Problem[] {
  if (LOOKS_SECRET.test(text)) return [looksSecret(subject)];
  if (text.trim() === '') return [problem(`${subject}-empty`, subject, `The ${subject} is empty.`)];
  if (text.length > lengthMax) {
    return [
      problem(
        `${subject}-too-long`,
        subject,
        `The ${subject} has ${text.length} characters; at most ${lengthMax}.`,
      ),
    ];
  }
  if (CONTROL.test(text) || !text.isWellFormed()) {
    return [problem(`${subject}-malformed`, subject, `The ${subject} holds a control character.`)];
  }
  return [];
}

function looksSecret(subject: string): Problem {
  return problem(
    'looks-like-secret',
    subject,
    `The ${subject} looks like a Cloudflare credential; it would be shown in lists.`,
    'give the credential as --token; if it was stored or sent anywhere, revoke it',
  );
}

/** The default label, with the account's name when it is taken, then with a number. */
export function defaultLabel(taken: ReadonlySet<string>, accountName: string | null): string {
  if (!taken.has(DEFAULT_LABEL)) return DEFAULT_LABEL;
  const named =
    accountName === null ? DEFAULT_LABEL : `${DEFAULT_LABEL} (${accountName})`.slice(0, LABEL_LENGTH_MAX - 6);
  if (!taken.has(named)) return named;
  for (let number = 2; ; number += 1) {
    const numbered = `${named} ${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}

function problem(code: string, subject: string, message: string, next?: string): Problem {
  return { code, severity: 'error', subject, message, ...(next === undefined ? {} : { next }) };
}
