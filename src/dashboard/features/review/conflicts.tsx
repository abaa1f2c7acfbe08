/** What somebody else changed meanwhile: as it was, as it is now, and as this wants it. */
import { Button, Checkbox } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Plan } from '../../../client/index.ts';
import { Note } from '../../kit/note.tsx';
import type { Conflict } from './plan-rows.ts';

const SHOWN_MAX = 6;

export function Conflicts({
  conflicts,
  isSeen,
  onSeen,
  onYield,
}: {
  readonly conflicts: readonly Conflict[];
  readonly isSeen: boolean;
  readonly onSeen: (isSeen: boolean) => void;
  readonly onYield?: (recordIds: readonly string[]) => void;
}): ReactNode {
  if (conflicts.length === 0) return null;
  const many = conflicts.length === 1 ? 'A record was' : `${conflicts.length} records were`;
  return (
    <Note tone="unknown" icon="change">
      <strong>{many} changed by someone else after you began to edit</strong>
      <table className="zw-fields">
        <thead>
          <tr>
            <th scope="col">Record</th>
            <th scope="col">When you began</th>
            <th scope="col">Now at Cloudflare</th>
            <th scope="col">You want</th>
          </tr>
        </thead>
        <tbody>
          {conflicts.slice(0, SHOWN_MAX).map(({ key, name, type, was, now, wanted }) => (
            <tr key={key}>
              <th scope="row" className="mono">
                {name} {type}
              </th>
              <td className="mono">{shortOf(was)}</td>
              <td className="mono zw-old">{shortOf(now)}</td>
              <td className="mono zw-new">{wanted === null ? 'removed' : shortOf(wanted)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row">
        <Checkbox
          label="Overwrite what they did"
          checked={isSeen}
          onChange={(event) => onSeen(event.currentTarget.checked)}
        />
        {onYield === undefined ? null : (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onYield(conflicts.map(({ was }) => was.id))}
          >
            Keep theirs
          </Button>
        )}
      </div>
    </Note>
  );
}

function shortOf(
  record: {
    readonly content: string;
    readonly ttl: number | 'auto';
    readonly proxied: boolean;
    readonly comment: string;
  } | null,
): string {
  if (record === null) return 'gone';
  const { content, ttl, proxied, comment } = record;
  return [
    content,
    ttl === 'auto' ? '' : `${ttl} s`,
    proxied ? 'proxied' : '',
    comment === '' ? '' : `“${comment}”`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** What an undo leaves alone because it changed again since: records and settings. */
export function UndoConflicts({
  plan: { conflicts, settingConflicts },
  onForce,
}: {
  readonly plan: Pick<Plan, 'conflicts' | 'settingConflicts'>;
  readonly onForce?: () => void;
}): ReactNode {
  const count = conflicts.length + settingConflicts.length;
  if (count === 0) return null;
  return (
    <Note tone="unknown" icon="change">
      <strong>
        {count === 1 ? 'One thing has' : `${count} things have`} changed again since, and stay as they are
      </strong>
      <table className="zw-fields">
        <thead>
          <tr>
            <th scope="col">Before the change</th>
            <th scope="col">After it</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {conflicts.slice(0, SHOWN_MAX).map((conflict) => (
            <tr key={`${String(conflict['groupId'])} ${String(conflict['change'])}`}>
              {(['before', 'after', 'now'] as const).map((when) => (
                <td key={when} className="mono">
                  {mentionOf(conflict[when])}
                </td>
              ))}
            </tr>
          ))}
          {settingConflicts.slice(0, SHOWN_MAX).map((conflict) => (
            <tr key={String(conflict['setting'])}>
              {(['before', 'after', 'now'] as const).map((when) => (
                <td key={when} className="mono">
                  {`${String(conflict['setting'])} ${JSON.stringify(conflict[when] ?? null)}`}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {onForce === undefined ? null : (
        <div>
          <Button size="compact-sm" variant="default" onClick={onForce}>
            Take these back, too
          </Button>
        </div>
      )}
    </Note>
  );
}

function mentionOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '–';
  const { name, type, content } = value as Readonly<Record<string, unknown>>;
  return [name, type, content].map(String).join(' ');
}
