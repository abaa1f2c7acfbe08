/** Edits of a zone's records as they are staged: nothing of it is sent before the review. */

import type { Row } from './record-rows.ts';
import { useStaging } from './staged-store.ts';
import { type Staged, type Staging, stage, stepBack, unstage } from './staging.ts';

export interface RecordEdits {
  readonly staging: Staging;
  readonly put: (changes: readonly Staged[]) => void;
  /** Drops new rows, and stages the removal of the others that can be removed. */
  readonly remove: (which: readonly Row[]) => void;
  readonly back: () => void;
  readonly discard: () => void;
}

export function useRecordEdits(zoneId: string): RecordEdits {
  const [staging, setStaging] = useStaging(zoneId);
  return {
    staging,
    put: (changes) => setStaging(stage(staging, changes)),
    remove: (which) => setStaging(withoutRows(staging, which)),
    back: () => setStaging(stepBack(staging)),
    discard: () => setStaging(unstage(staging, [...staging.changes.keys()])),
  };
}

function withoutRows(staging: Staging, which: readonly Row[]): Staging {
  const gone = which.filter(({ staged }) => staged?.kind === 'add').map(({ key }) => key);
  const rest = which.filter(({ record, staged }) => staged?.kind !== 'add' && record.readOnly === null);
  return stage(
    gone.length === 0 ? staging : unstage(staging, gone),
    rest.map(({ key, record, staged }) => ({
      kind: 'remove',
      key,
      base: staged?.kind === 'edit' ? staged.base : record,
    })),
  );
}
