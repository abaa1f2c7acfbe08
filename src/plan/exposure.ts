/**
 * Origin exposure. A proxied record hides the address of the server behind it; the plan must say when a change
 * tells that address to the world: the record itself turns grey, or another record that is not proxied (an
 * address record, a mail server's, an SPF text) names the same address.
 */
import type { LiveRecord } from '../dns/live-record.ts';
import type { RecordFields } from '../dns/record.ts';
import type { ChangeGroup } from './change.ts';
import type { GuardFinding } from './plan.ts';

/** One finding for each address that was hidden before and is not afterwards. */
export function exposures(scene: {
  readonly groups: readonly ChangeGroup[];
  readonly live: readonly LiveRecord[];
}): GuardFinding[] {
  const changed = new Set(
    scene.groups.flatMap((group) => group.changes.map((change) => change.before?.id)).filter(isDefined),
  );
  const before = scene.live.map((record) => record.fields);
  const untouched = scene.live.filter((record) => !changed.has(record.id)).map((record) => record.fields);
  const after = scene.groups.flatMap((group) =>
    group.changes.flatMap((change) =>
      change.after === null ? [] : [{ group, fields: change.after.fields }],
    ),
  );
  const hiddenBefore = new Set(before.filter(isHidden).map(addressOf).filter(isDefined));
  const hiddenAfter = new Set(
    [...untouched, ...after.map(({ fields }) => fields)].filter(isHidden).map(addressOf),
  );
  const toldBefore = new Set(before.flatMap(addressesTold));

  const findings = new Map<string, GuardFinding>();
  for (const { group, fields } of after) {
    for (const address of addressesTold(fields)) {
      const wasHidden = hiddenBefore.has(address) || hiddenAfter.has(address);
      if (!wasHidden || toldBefore.has(address) || findings.has(address)) continue;
      findings.set(address, {
        code: 'origin-exposed',
        message: `this reveals ${address}: ${fields.name} (${fields.rdata.type}) is not proxied and names it`,
        override: 'exposure',
        irreversible: false,
        groupIds: [group.id],
      });
    }
  }
  return [...findings.values()];
}

function isHidden(fields: RecordFields): boolean {
  return fields.proxied && addressOf(fields) !== undefined;
}

function addressOf(fields: RecordFields): string | undefined {
  const { rdata } = fields;
  if (rdata.type === 'A' || rdata.type === 'AAAA') return rdata.address;
  return rdata.type === 'CNAME' ? rdata.target : undefined;
}

/** What a record tells the world: its own address when grey, and the addresses in an SPF text. */
function addressesTold(fields: RecordFields): string[] {
  if (fields.rdata.type === 'TXT') {
    return [...fields.rdata.text.matchAll(/\bip[46]:([0-9a-fA-F.:]+)(?:\/(?:32|128))?(?=\s|$)/g)].map(
      (match) => match[1] ?? '',
    );
  }
  const address = addressOf(fields);
  return address === undefined || fields.proxied ? [] : [address];
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
