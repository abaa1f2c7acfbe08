/** The catalogue in docs/webhooks.md, from the table that messages are made by. */
import { sealEvent } from '../../src/domains/audit/chain.ts';
import { messageOf } from '../../src/domains/webhooks/announce.ts';
import { EVENT_TYPES, type EventType } from '../../src/domains/webhooks/catalogue.ts';
import { code, fillPart, table } from './markdown.ts';

export function fillWebhooksPage(page: string): string {
  return fillPart(fillPart(page, 'catalogue', EVENT_TYPES.map(entry).join('\n')), 'example', example());
}

function entry({ type, about, data }: EventType): string {
  const rows = Object.entries(data).map(([name, field]) => [code(name), field.kind, field.about]);
  return `### ${type}\n\n${about}\n\n${table(['field', 'kind', ''], rows)}`;
}

/** A whole message, made by the code that makes them. */
function example(): string {
  const head = { sequence: 41, hash: '0'.repeat(64) };
  const event = sealEvent('acme' as never, head, {
    kind: 'change-set.applied',
    at: Date.UTC(2026, 10, 23, 18, 4, 5),
    principal: 'key_01jd2m9',
    connectionId: 'con_01jd2m8x6v' as never,
    changeSetId: 'chg_01jd2mb4tz' as never,
    summary: '',
    payload: { applied: 3, total: 3 },
  });
  const body: unknown = JSON.parse(messageOf(event)?.body ?? '{}');
  return `\`\`\`json\n${JSON.stringify(body, null, 2)}\n\`\`\``;
}
