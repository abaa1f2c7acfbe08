/** Plans on the terminal: the renderers of the plan, with the terminal's colours. */
import {
  type Planned,
  type PlanPaint,
  planToJson,
  renderText,
  settingText,
  type UndoConflict,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import type { Paint } from '../output/paint.ts';
import { visible } from '../output/width.ts';
import { fieldsJson, recordJson } from './record.ts';

export function planPaint({ green, yellow, red, dim, bold }: Paint): PlanPaint {
  return { add: green, change: yellow, remove: red, dim, bold, warn: yellow, error: red };
}

/** The diff with risk and price, and for an undo what it leaves alone. Ends with a line feed. */
export function formatPlanned(out: Output, planned: Planned): string {
  const plans = planned.zones.map(({ plan }) => plan);
  return `${renderText(plans, { paint: planPaint(out.paint) })}\n${formatConflicts(out, planned.conflicts)}${formatSettingConflicts(out, planned.settingConflicts ?? [])}`;
}

export function plannedJson(planned: Planned): Record<string, unknown> {
  return {
    plans: planned.zones.map(({ plan }) => planToJson(plan)),
    ...((planned.settingConflicts ?? []).length === 0 ? {} : { settingConflicts: planned.settingConflicts }),
    ...(planned.conflicts.length === 0 ? {} : { conflicts: planned.conflicts.map(conflictJson) }),
  };
}

function conflictJson({ groupId, change, before, after, now }: UndoConflict): Record<string, unknown> {
  return {
    groupId,
    change,
    before: before === null ? null : recordJson({ record: before }),
    after: after === null ? null : fieldsJson(after),
    now: now === null ? null : recordJson({ record: now }),
  };
}

/** Each record that someone changed since, in its three versions. */
function formatConflicts(out: Output, conflicts: readonly UndoConflict[]): string {
  if (conflicts.length === 0) return '';
  const { paint } = out;
  const head = `\n${paint.yellow('!')} ${conflicts.length} of the records changed since; they are left alone (--force overrules):\n`;
  const versions = conflicts.map(({ before, after, now }) =>
    [
      ['before', before?.fields],
      ['after', after],
      ['now', now?.fields],
    ].map(([when, fields]) => `    ${paint.dim(String(when).padEnd(7))}${describe(fields as never)}\n`),
  );
  return `${head}${versions.map((lines) => lines.join('')).join('\n')}`;
}

function formatSettingConflicts(out: Output, conflicts: NonNullable<Planned['settingConflicts']>): string {
  if (conflicts.length === 0) return '';
  const { paint } = out;
  const head = `\n${paint.yellow('!')} ${conflicts.length} of the settings changed since; they are left alone (--force overrules):\n`;
  const lines = conflicts.map(({ setting, before, after, now }) => {
    const values = [before, after, now].map(settingText);
    return `    ${visible(setting)}: before ${values[0]}, after ${values[1]}, now ${values[2]}\n`;
  });
  return `${head}${lines.join('')}`;
}

function describe(fields: Parameters<typeof fieldsJson>[0] | null | undefined): string {
  if (fields === null || fields === undefined) return 'not there';
  const { name, type, content, ttl, proxied } = fieldsJson(fields);
  return visible(`${name} ${type} ${content}, ttl ${ttl}${proxied === true ? ', proxied' : ''}`);
}
