/** Secrets that are easy to recognise, in the spellings that bytes take on, and where to look for them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** What was printed, thrown, told or written, and where. */
export interface Said {
  readonly where: string;
  readonly text: string;
}

/** 40 characters and a checksum, as Cloudflare's new secrets have. */
export function canary(prefix: string, name: string): string {
  return `${prefix}_${`CANARY${name}`.padEnd(40, 'q7Zx9Kd2Vw')}0a1b2c3d`;
}

/** The part that no prefix or checksum shares, as text, as hex, and in all three alignments of base64. */
export function spellingsOf(secret: string): readonly string[] {
  const core = secret.slice(5, 45);
  const length = core.length - 4;
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(core)
      .subarray(shift, shift + length)
      .toString('base64'),
  );
  return [
    core,
    encodeURIComponent(core),
    Buffer.from(core).toString('hex'),
    ...base64.map((text) => text.slice(0, -2)),
  ];
}

/** Which secret stands where; empty when none does anywhere. */
export function sightings(secrets: readonly string[], places: readonly Said[]): readonly string[] {
  const wanted = secrets.map((secret) => ({ secret, spellings: spellingsOf(secret) }));
  return places.flatMap(({ where, text }) =>
    wanted.flatMap(({ secret, spellings }) => {
      const found = spellings.find((spelling) => text.includes(spelling));
      return found === undefined ? [] : [`${secret.slice(0, 24)}… in ${where}`];
    }),
  );
}

/** Every file as bytes, one character each. */
export function filesUnder(folder: string): readonly Said[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ where: file, text: readFileSync(file, 'latin1') }));
}
