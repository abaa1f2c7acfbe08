/** Plans for many zones at once, each from a source of its own: a whole account from a folder. */
import type { ConnectionId } from '../base/ids.ts';
import { InvalidInputError, type Problem } from '../base/problem.ts';
import type { SourceText } from './read-source.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';

export interface ZoneSource extends SourceText {
  /** The zone's name or id. */
  readonly zone: string;
}

/** Zones read at the same time; the shared budget paces them. */
const IN_FLIGHT = 4;

/**
 * One plan for each connection that the zones are read through. Throws `InvalidInputError` with the problems of all
 * files when one cannot be used, and for a zone that nobody sees: then nothing is planned.
 */
export async function planSources(
  plans: Pick<TenantPlans, 'plan'>,
  sources: readonly ZoneSource[],
  options: { readonly connection?: string; readonly onPlanned?: (zone: string, done: number) => void } = {},
): Promise<readonly Planned[]> {
  const { onPlanned, ...via } = options;
  const made = new Map<number, Planned>();
  const problems: Problem[] = [];
  const queue = [...sources.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, { zone, ...source }] = next;
      try {
        made.set(index, await plans.plan(zone, source, via));
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        problems.push(...error.problems.map((problem) => inFile(problem, source.file)));
      }
      onPlanned?.(zone, made.size);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, sources.length) }, work));
  if (problems.length > 0) {
    throw new InvalidInputError('Some files cannot be used; nothing was planned.', problems);
  }
  const inOrder = [...made.entries()].sort(([a], [b]) => a - b).map(([, planned]) => planned);
  const byConnection = Map.groupBy(inOrder, ({ connection }): ConnectionId => connection.id);
  return [...byConnection.values()].flatMap(join);
}

/** The plans of one connection as one. */
function join(parts: readonly Planned[]): Planned[] {
  const [first] = parts;
  if (first === undefined) return [];
  const zones = parts.flatMap((part) => part.zones);
  const summary = zones.length === 1 ? first.summary : `${zones.length} zones from files`;
  return [{ ...first, zones, summary }];
}

/** With the file in front where the problem does not name it by itself. */
function inFile(problem: Problem, file: string): Problem {
  return problem.position?.file === undefined
    ? { ...problem, message: `${file}: ${problem.message}` }
    : problem;
}
