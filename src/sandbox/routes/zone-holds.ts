/** Zone holds (§3.1): on Enterprise zones, that nobody else may add the name (or a name below it) elsewhere. */
import { type ApiError, invalidBody, refusal } from '../api-error.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';

const READ: Needs = { scope: 'zone', anyOf: ['Zone Read', 'Zone Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['Zone Write'] };
const PATH = '/zones/{zone_id}/hold';
const BAG = 'hold';

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'zones', type: 'zone.hold', action };
}

export const zoneHoldRoutes: readonly Route[] = [
  { method: 'GET', path: PATH, needs: READ, run: getHold },
  { method: 'POST', path: PATH, needs: WRITE, audit: label('create'), run: createHold },
  { method: 'PATCH', path: PATH, needs: WRITE, audit: label('update'), run: patchHold },
  { method: 'DELETE', path: PATH, needs: WRITE, audit: label('delete'), run: deleteHold },
];

interface Hold {
  readonly hold: boolean;
  /** Until then the hold is lifted. */
  readonly hold_after?: string;
  /** The schema says string. */
  readonly include_subdomains: string;
}

const NO_HOLD: Hold = { hold: false, include_subdomains: 'false' };

/** [U] text */
const notEnterprise = (): ApiError => refusal(403, 1005, 'Zone holds are available to Enterprise zones only');

function holdOf(zone: Zone): Hold {
  return (zone.fields.bag[BAG] as Hold | undefined) ?? NO_HOLD;
}

/** True when a hold of another account keeps the name from being added. */
export function isHeld(world: World, name: string, accountId: string): boolean {
  const labels = name.split('.');
  return labels.some((_, at) =>
    world.zonesNamed(labels.slice(at).join('.')).some((zone) => {
      const hold = holdOf(zone);
      const lifted = hold.hold_after !== undefined && Date.parse(hold.hold_after) > world.clock.now();
      return (
        zone.accountId !== accountId &&
        hold.hold &&
        !lifted &&
        (at === 0 || hold.include_subdomains === 'true')
      );
    }),
  );
}

function getHold(call: Call): Reply {
  return ok(holdOf(call.zone));
}

function save(call: Call, hold: Hold): Reply {
  if (call.zone.fields.plan !== 'enterprise') throw notEnterprise();
  Object.assign(call.auditNote, { resourceId: call.zone.id, before: holdOf(call.zone), after: hold });
  call.zone.fields.bag[BAG] = hold;
  call.world.zoneChanged(call.zone, { content: false, fields: true });
  return ok(hold);
}

function createHold(call: Call): Reply {
  const include = call.query.get('include_subdomains') === 'true';
  return save(call, { hold: true, include_subdomains: String(include) });
}

function patchHold(call: Call): Reply {
  const body = call.jsonObject();
  const old = holdOf(call.zone);
  const after = body['hold_after'] === undefined ? old.hold_after : readMoment(body['hold_after']);
  const include = body['include_subdomains'];
  return save(call, {
    hold: true,
    ...(after === undefined ? {} : { hold_after: after }),
    include_subdomains:
      include === undefined ? old.include_subdomains : String(include === true || include === 'true'),
  });
}

/** With `hold_after` the hold comes back then; without, it is gone. */
function deleteHold(call: Call): Reply {
  const after = call.query.get('hold_after');
  if (after === null || after === '') return save(call, NO_HOLD);
  const { hold, include_subdomains } = holdOf(call.zone);
  const moment = readMoment(after);
  return save(call, { hold, ...(moment === undefined ? {} : { hold_after: moment }), include_subdomains });
}

/** Undefined: at no time. */
function readMoment(value: unknown): string | undefined {
  if (value === null || value === '') return undefined;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw invalidBody('hold_after must be a date', '/hold_after');
  return new Date(ms).toISOString();
}
