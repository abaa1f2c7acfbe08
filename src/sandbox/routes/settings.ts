/** Zone settings one by one (§6.1). The bulk endpoint has ended (`ended.ts`). */
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import { settingRule } from '../settings/catalogue.ts';
import { isEditable, type SettingRule } from '../settings/rules.ts';
import { resetSetting, type SettingWire, settingWire, storeSetting } from '../settings/zone-settings.ts';
import { invalidSettingValue, settingFixed, settingNotAvailable, unknownSetting } from './settings-errors.ts';

const READ: Needs = { scope: 'zone', anyOf: ['Zone Settings Read', 'Zone Settings Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['Zone Settings Write'] };
const AUTOMATIC_READ: Needs = {
  scope: 'zone',
  anyOf: [
    'Zone Settings Read',
    'Zone Settings Write',
    'SSL and Certificates Read',
    'SSL and Certificates Write',
  ],
};
const AUTOMATIC_WRITE: Needs = {
  scope: 'zone',
  anyOf: ['Zone Settings Write', 'SSL and Certificates Write'],
};
const SETTINGS = '/zones/{zone_id}/settings';
const AUTOMATIC = 'ssl_automatic_mode';
const UPDATE: AuditLabel = { product: 'zone_settings', type: 'zone.setting', action: 'update' };
const DELETE: AuditLabel = { ...UPDATE, action: 'delete' };

export const settingRoutes: readonly Route[] = [
  { method: 'GET', path: `${SETTINGS}/{setting}`, needs: READ, run: getSetting },
  { method: 'PATCH', path: `${SETTINGS}/{setting}`, needs: WRITE, audit: UPDATE, run: writeSetting },
  { method: 'PUT', path: `${SETTINGS}/{setting}`, needs: WRITE, audit: UPDATE, run: replaceSetting },
  { method: 'DELETE', path: `${SETTINGS}/{setting}`, needs: WRITE, audit: DELETE, run: clearSetting },
  { method: 'GET', path: `${SETTINGS}/${AUTOMATIC}`, needs: AUTOMATIC_READ, run: getAutomatic },
  {
    method: 'PATCH',
    path: `${SETTINGS}/${AUTOMATIC}`,
    needs: AUTOMATIC_WRITE,
    audit: UPDATE,
    run: (call) => write(call, AUTOMATIC),
  },
  { method: 'GET', path: '/zones/{zone_id}/ssl/recommendation', needs: AUTOMATIC_READ, run: getAutomatic },
];

function getSetting(call: Call): Reply {
  return ok(wireOf(call, call.param('setting')));
}

function getAutomatic(call: Call): Reply {
  return ok(wireOf(call, AUTOMATIC));
}

function writeSetting(call: Call): Reply {
  return write(call, call.param('setting'));
}

/** Only a few settings have PUT and DELETE. */
function replaceSetting(call: Call): Reply {
  ruleOf(call.param('setting'), 'replaceable');
  return writeSetting(call);
}

function clearSetting(call: Call): Reply {
  const id = call.param('setting');
  const rule = ruleOf(id, 'replaceable');
  const before = wireOf(call, id);
  resetSetting(call.world, call.zone, id, rule);
  const { editable, modified_on } = wireOf(call, id);
  Object.assign(call.auditNote, { resourceId: id, before });
  return ok({ id, editable, modified_on });
}

function write(call: Call, id: string): Reply {
  const { zone, world } = call;
  const rule = ruleOf(id);
  if (rule.fixed === true) throw settingFixed(id);
  if (!isEditable(zone, rule)) throw settingNotAvailable(id);
  const sent = call.jsonObject()[rule.style ?? 'value'];
  const value = sent === undefined ? undefined : rule.check(sent, zone);
  if (value === undefined) throw invalidSettingValue(id);
  const before = wireOf(call, id);
  storeSetting(world, zone, id, value);
  const after = wireOf(call, id);
  Object.assign(call.auditNote, { resourceId: id, before, after });
  return ok(after);
}

function ruleOf(id: string, need?: 'replaceable'): SettingRule {
  const rule = settingRule(id);
  if (rule === undefined || (need !== undefined && rule[need] !== true)) throw unknownSetting();
  return rule;
}

function wireOf(call: Call, id: string): SettingWire {
  const wire = settingWire(call.world, call.zone, id);
  if (wire === undefined) throw unknownSetting();
  return wire;
}
