/** The states that the zones of a campaign go through: each round creates, updates, deletes and changes a type. */

export interface Address {
  readonly baseUrl: string;
  readonly controlUrl: string;
  readonly token: string;
  readonly accountId: string;
}

/** The zone document of a round. Round 0 is the seed. */
export function documentOf(zone: string, round: number): string {
  const kind =
    round % 2 === 0
      ? `{name: kind, type: A, content: 192.0.2.${3 + (round % 200)}}`
      : `{name: kind, type: TXT, content: "kind ${round}"}`;
  return [
    `zone: ${zone}`,
    'records:',
    '  - {name: www, type: A, content: 192.0.2.1}',
    `  - {name: noted, type: A, content: 192.0.2.2, comment: "round ${round}"}`,
    `  - {name: made-${round}, type: TXT, content: "made in ${round}"}`,
    `  - ${kind}`,
    '',
  ].join('\n');
}

export const SEED: readonly Readonly<Record<string, unknown>>[] = [
  { type: 'A', name: 'www', content: '192.0.2.1', ttl: 1 },
  { type: 'A', name: 'noted', content: '192.0.2.2', ttl: 1, comment: 'round 0' },
  { type: 'TXT', name: 'made-0', content: '"made in 0"', ttl: 1 },
  { type: 'A', name: 'kind', content: '192.0.2.3', ttl: 1 },
];
