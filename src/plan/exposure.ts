/**
 * Origin exposure. A proxied record hides the address of the server behind it; the plan must say when a change
 * tells that address to the world: the record itself turns grey, or another record that is not proxied (an
 * address record, an HTTPS record's hint, an SPF text) names the same address.
 */
import { canonicalIpv6 } from '../dns/ip-address.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import { type RecordFields, typeOf } from '../dns/record.ts';
import type { ChangeGroup } from './change.ts';
import type { GuardFinding } from './plan.ts';

/** One finding for each address (or proxied CNAME's target) that was not told before and is afterwards. */
export function exposures(scene: {
  readonly groups: readonly ChangeGroup[];
  readonly live: readonly LiveRecord[];
}): GuardFinding[] {
  const told = scene.groups.flatMap((group) =>
    group.changes.flatMap(({ after }) =>
      after === null
        ? []
        : addressesTold(after.fields).map((address) => ({ address, group, fields: after.fields })),
    ),
  );
  if (told.length === 0) return [];
  const before = scene.live.map((record) => record.fields);
  const after = scene.groups.flatMap((group) =>
    group.changes.flatMap((change) => change.after?.fields ?? []),
  );
  const hidden = new Set([...before, ...after].filter((fields) => fields.proxied).map(addressOf));
  const news = told.filter(({ address }) => hidden.has(address));
  if (news.length === 0) return [];
  const toldBefore = new Set(before.flatMap(addressesTold));
  const byAddress = Map.groupBy(
    news.filter(({ address }) => !toldBefore.has(address)),
    ({ address }) => address,
  );
  return [...byAddress].map(([address, tellers]) => ({
    code: 'origin-exposed',
    message: `this reveals ${address}: ${tellers[0] === undefined ? '' : howTold(tellers[0].fields)}`,
    override: 'exposure',
    irreversible: false,
    groupIds: [...new Set(tellers.map(({ group }) => group.id))],
  }));
}

/** What proxied records hide, and no record tells: addresses, and CNAME targets elsewhere, in the order of the records. */
export function hiddenAddresses(records: readonly RecordFields[]): readonly string[] {
  const told = new Set([...records.flatMap(addressesTold), ...records.map(({ name }) => name)]);
  const hidden = records.filter((fields) => fields.proxied).flatMap((fields) => addressOf(fields) ?? []);
  return [...new Set(hidden)].filter((address) => !told.has(address));
}

function addressOf({ rdata }: RecordFields): string | undefined {
  if (rdata.type === 'A' || rdata.type === 'AAAA') return rdata.address;
  return rdata.type === 'CNAME' ? rdata.target : undefined;
}

const SPF_ADDRESS = /(?:^|[\s+?~-])ip[46]:([0-9a-fA-F.:]+)(?:\/(?:32|128))?(?=\s|$)/gi;
const ADDRESS_HINT = /(?:^|\s)ipv[46]hint="?([0-9a-fA-F.:,]+)/gi;

/** What a record tells the world: its own address when grey, the hints of a service, the addresses in an SPF text. */
function addressesTold(fields: RecordFields): string[] {
  const { rdata } = fields;
  switch (rdata.type) {
    case 'TXT':
      return [...rdata.text.matchAll(SPF_ADDRESS)].map(
        ([, address = '']) => canonicalIpv6(address) ?? address,
      );
    case 'HTTPS':
    case 'SVCB': {
      const hints = [...rdata.params.matchAll(ADDRESS_HINT)].flatMap(([, list = '']) => list.split(','));
      return hints.map((address) => canonicalIpv6(address) ?? address);
    }
    default: {
      const address = addressOf(fields);
      return address === undefined || fields.proxied ? [] : [address];
    }
  }
}

function howTold(fields: RecordFields): string {
  const subject = `${fields.name} ${typeOf(fields.rdata)}`;
  return addressOf(fields) === undefined ? `${subject} names it` : `${subject} is not proxied`;
}
