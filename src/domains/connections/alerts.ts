/**
 * When a connection's numbers call for attention: facts and thresholds in, events out. Pure. An alert is raised
 * once, and cleared once its cause has gone well past the threshold, so that a value that wavers about it does not
 * ring at every look.
 */
import type { NewEvent } from '../audit/model.ts';
import type { UsageSummary } from '../usage/ports.ts';
import type { Connection } from './model.ts';
import { reminderFor } from './rotation/due.ts';
import { connectionEvent, type Moment } from './state.ts';
import { linkForProfile } from './token-link.ts';

export interface AlertThresholds {
  /** Share of failed calls, from 0 to 1, from which on it is an alert. */
  readonly errorRate: number;
  /** Fewer calls than this say nothing about a rate. */
  readonly callsMin: number;
  /** Share of the budget that is left, at or under which it is an alert. */
  readonly budgetLeft: number;
}

export const ALERT_THRESHOLDS: AlertThresholds = { errorRate: 0.2, callsMin: 20, budgetLeft: 0.1 };

export interface AlertFacts {
  readonly connection: Connection;
  /** Over the window that the host chose, an hour for example. */
  readonly usage: Pick<UsageSummary, 'calls' | 'errors' | 'rateLimited' | 'lastError'>;
  /** From 0 to 1; null while unknown. */
  readonly budgetLeft: number | null;
  /** Whether its token is replaced without a person: then nobody is reminded. Default false. */
  readonly rotatesByItself?: boolean;
}

export interface Alerts {
  /** What stands now; give it back at the next look. */
  readonly standing: readonly string[];
  readonly events: readonly NewEvent[];
}

/**
 * `error-rate` and `budget` by threshold; `expiry` and `rotation` as reminders at 30, 14, 7 and 1 days, with the link
 * to a new token.
 */
export function lookForAlerts(
  facts: AlertFacts,
  standing: readonly string[],
  moment: Moment,
  thresholds: AlertThresholds = ALERT_THRESHOLDS,
): Alerts {
  const looks = [errorRate(facts, thresholds), budget(facts, thresholds), reminder(facts, moment.now)];
  const next = new Set(standing);
  const events: NewEvent[] = [];
  const tell = (kind: string, look: Look): void => {
    const { summary, payload, name } = look;
    events.push(
      connectionEvent(facts.connection, kind, moment, {
        summary: `${facts.connection.label}: ${summary}`,
        payload: { alert: name, ...payload },
      }),
    );
  };
  for (const look of looks) {
    if (look.verdict === 'raise' && !next.has(look.name)) tell('connection.alert-raised', look);
    if (look.verdict === 'clear' && next.has(look.name)) tell('connection.alert-cleared', look);
    if (look.verdict === 'clear') next.delete(look.name);
    // One reminder stands at a time: a tighter one takes the place of the one before, another date that of all.
    if (look.replaces !== undefined)
      for (const name of next) if (name.startsWith(look.replaces)) next.delete(name);
    if (look.verdict === 'raise') next.add(look.name);
  }
  return { standing: [...next].sort(), events };
}

interface Look {
  readonly name: string;
  /** `keep`: between the thresholds, or too little to tell; what stands stays. */
  readonly verdict: 'raise' | 'clear' | 'keep';
  readonly summary: string;
  readonly payload: NewEvent['payload'];
  readonly replaces?: string;
}

function errorRate({ usage }: AlertFacts, { errorRate: limit, callsMin }: AlertThresholds): Look {
  const failed = Object.values(usage.errors).reduce((sum, count) => sum + count, 0);
  const rate = usage.calls === 0 ? 0 : failed / usage.calls;
  const verdict =
    usage.calls < callsMin ? 'keep' : rate >= limit ? 'raise' : rate <= limit / 2 ? 'clear' : 'keep';
  return {
    name: 'error-rate',
    verdict,
    summary: `${failed} of ${usage.calls} calls failed`,
    payload: {
      calls: usage.calls,
      failed,
      rateLimited: usage.rateLimited,
      ray: usage.lastError?.ray ?? null,
    },
  };
}

function budget({ budgetLeft }: AlertFacts, { budgetLeft: limit }: AlertThresholds): Look {
  const left = budgetLeft ?? 0;
  const verdict =
    budgetLeft === null ? 'keep' : left <= limit ? 'raise' : left >= 2 * limit ? 'clear' : 'keep';
  const percent = Math.round(left * 100);
  return {
    name: 'budget',
    verdict,
    summary: `${percent} % of the call budget is left`,
    payload: { budgetLeft },
  };
}

function reminder({ connection, rotatesByItself = false }: AlertFacts, now: number): Look {
  const found = rotatesByItself ? null : reminderFor(connection, now);
  const replaces = 'reminder-';
  if (found === null) return { name: replaces, verdict: 'keep', summary: '', payload: {}, replaces };
  const { kind, daysLeft, threshold } = found;
  const what = kind === 'expiry' ? 'the token ends' : 'the rotation is due';
  return {
    name: `${replaces}${found.name}`,
    verdict: 'raise',
    summary: daysLeft === 0 ? `${what} now` : `${what} in ${daysLeft} days`,
    payload: {
      kind,
      daysLeft,
      threshold,
      link: linkOf(connection),
      next: [
        'open the link, make the token, then give it: zoneward connections relink',
        'or let it rotate by itself: zoneward connections minter',
      ],
    },
    replaces,
  };
}

/** Of the kind that the connection has; a global key is to become a token. */
function linkOf({ kind, profile, accountId, zoneIds, label }: Connection): string {
  const { userUrl, accountUrl } = linkForProfile(profile, { accountId, zoneIds, name: `zoneward ${label}` });
  return kind === 'account-token' ? accountUrl : userUrl;
}
