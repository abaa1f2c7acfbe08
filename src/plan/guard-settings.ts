/** Guard rails over settings: moves that stop a site, or that no undo brings back. Each says what will break. */
import type { JsonValue } from '../base/json.ts';
import type { GuardFinding } from './plan.ts';
import type { SettingChange } from './setting-change.ts';
import { isRecord } from './setting-domain.ts';

export interface SettingScene {
  readonly changes: readonly SettingChange[];
  /** DS records that the parent publishes, as DNS texts; null when nobody could tell. */
  readonly parentDs: readonly string[] | null;
  /** Cloudflare has seen the zone's own DS at the parent: DNSSEC is `active`. */
  readonly dsSeen: boolean;
  /** What earlier looks at the parent tell; null when it was never seen with a DS. */
  readonly ds: RememberedDs | null;
}

/** A DS as it was seen at the parent. Times in milliseconds. */
export interface RememberedDs {
  /** Null where only Cloudflare saw it. */
  readonly seenAt: number | null;
  /** The first look that found none; null while it is there, as far as is known. */
  readonly goneAt: number | null;
  /** When its TTL has passed since then. */
  readonly forgottenAt: number | null;
  readonly isForgotten: boolean;
}

type Finding = Omit<GuardFinding, 'groupIds'>;

/** Every guard rail that the changes run into. */
export function settingGuards(scene: SettingScene): GuardFinding[] {
  return scene.changes.flatMap((change) => {
    const found = findingsOf(change, scene);
    return found.map((finding) => ({ ...finding, groupIds: [change.id] }));
  });
}

function findingsOf(change: SettingChange, scene: SettingScene): Finding[] {
  switch (change.setting) {
    case 'ssl':
      return modeFindings(change);
    case 'universal_ssl':
      return change.after === 'off' ? [UNIVERSAL_OFF] : [];
    case 'security_header':
      return hstsFindings(change);
    case 'dnssec':
      return change.after === 'off' ? dnssecFindings(scene) : [];
    default:
      return [];
  }
}

function modeFindings({ before, after }: SettingChange): Finding[] {
  if (after === 'off') {
    return [
      {
        code: 'tls-mode-off',
        message:
          'SSL/TLS mode off ends HTTPS: https:// addresses of proxied names stop working, visitors travel unencrypted, and browsers that remember HSTS cannot reach the site at all',
        override: 'tls-off',
        irreversible: false,
      },
    ];
  }
  // From off, flexible is the safer of the two.
  if (after !== 'flexible' || before === 'off') return [];
  return [
    {
      code: 'tls-mode-flexible',
      message:
        'SSL/TLS mode flexible sends traffic from Cloudflare to the origin unencrypted, and an origin that redirects to https:// answers in an endless loop',
      override: 'tls-flexible',
      irreversible: false,
    },
  ];
}

const UNIVERSAL_OFF: Finding = {
  code: 'universal-ssl-off',
  message:
    'universal SSL off deletes the edge certificates: HTTPS fails at once for every proxied name that no other certificate covers; switched on again, a new certificate is ordered, which can take a day',
  override: 'universal-ssl-off',
  irreversible: true,
};

function hstsFindings({ before, after }: SettingChange): Finding[] {
  if (isPreloading(after) && !isPreloading(before)) {
    return [
      {
        code: 'hsts-preload',
        message:
          'HSTS with preload lets anyone put the domain on the list that browsers ship: from then on no browser opens it or any name below it without HTTPS, and leaving the list takes months',
        override: 'hsts-preload',
        irreversible: true,
      },
    ];
  }
  return [];
}

function isPreloading(value: JsonValue): boolean {
  return isRecord(value) && value['enabled'] === true && value['preload'] === true;
}

function dnssecFindings({ parentDs, dsSeen, ds }: SettingScene): Finding[] {
  const count = parentDs?.length ?? 0;
  const hasNone = parentDs !== null && count === 0;
  if (hasNone && ds !== null && ds.forgottenAt !== null)
    return ds.isForgotten ? [] : [tooEarly(new Date(ds.forgottenAt).toISOString())];
  const wasThere = ds !== null && ds.goneAt === null;
  // Whoever says that there is one is believed: a DS that is left behind stops the domain.
  if (count === 0 && !dsSeen && !wasThere) return [];
  const known =
    count > 0
      ? `the parent publishes ${count === 1 ? 'a DS record' : `${count} DS records`}`
      : dsSeen
        ? 'Cloudflare has seen a DS record at the parent'
        : 'the parent had a DS record when it was last asked, and gives no answer now';
  return [
    {
      code: 'dnssec-off-with-ds',
      message: `DNSSEC off while ${known}: once the zone is unsigned, every resolver that validates refuses all of its names, web and mail, until the DS is gone and forgotten; remove the DS at the registrar first and wait for its TTL`,
      override: 'dnssec-off',
      irreversible: true,
    },
  ];
}

/** The DS is gone where it is published, and not yet where it was read. */
function tooEarly(time: string): Finding {
  return {
    code: 'dnssec-off-early',
    message: `DNSSEC off before ${time}: the DS is gone at the parent, but resolvers may remember it until then, and once the zone is unsigned those refuse all of its names, web and mail`,
    override: 'dnssec-off-early',
    irreversible: true,
  };
}
