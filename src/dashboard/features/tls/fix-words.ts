/** A finding's way to mend it is a command; where that sets settings, the plan of the same words is one click away. */

/** `zoneward tls set example.com mode=strict` gives `['mode=strict']`; null for other commands. */
export function wordsOfFix(command: string): readonly string[] | null {
  if (/^zoneward tls dnssec \S+ enable$/.test(command.trim())) return ['dnssec=on'];
  const match = /^zoneward (?:tls set|zones settings) \S+ (.+)$/.exec(command.trim());
  const words = (match?.[1] ?? '').split(/\s+/).filter((word) => /^[\w.]+=\S+$/.test(word));
  return words.length === 0 ? null : words;
}
