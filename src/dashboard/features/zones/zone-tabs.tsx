/**
 * The parts of a zone page. To add one: a component that takes `{ zone }`, and a line here. A part with a `parent` has no
 * tab of its own and marks its parent's.
 */
import { type ComponentType, lazy } from 'react';
import type { ZoneWithAdvice } from '../../../client/index.ts';

export interface ZoneTab {
  /** `/zones/NAME/<segment>`. */
  readonly segment: string;
  /** Empty: no tab. */
  readonly label: string;
  readonly parent?: string;
  /** It takes the rest of the window and scrolls inside: for tables. */
  readonly fills?: boolean;
  readonly tab: ComponentType<{ readonly zone: ZoneWithAdvice }>;
}

function load<Name extends string>(
  get: () => Promise<Readonly<Record<Name, ZoneTab['tab']>>>,
  name: Name,
): ZoneTab['tab'] {
  return lazy<ZoneTab['tab']>(async () => ({ default: (await get())[name] })) as unknown as ZoneTab['tab'];
}

export const ZONE_TABS: readonly ZoneTab[] = [
  {
    segment: 'records',
    label: 'Records',
    fills: true,
    tab: load(() => import('../records/records-tab.tsx'), 'RecordsTab'),
  },
  {
    segment: 'review',
    label: '',
    parent: 'records',
    fills: true,
    tab: load(() => import('../records/review-staged.tsx'), 'ReviewStaged'),
  },
  {
    segment: 'import',
    label: '',
    parent: 'records',
    fills: true,
    tab: load(() => import('../records/import-tab.tsx'), 'ImportTab'),
  },
  {
    segment: 'changes',
    label: 'Changes',
    fills: true,
    tab: load(() => import('../changes/zone-changes-tab.tsx'), 'ZoneChangesTab'),
  },
  {
    segment: 'history',
    label: 'History',
    fills: true,
    tab: load(() => import('../history/history-tab.tsx'), 'HistoryTab'),
  },
  {
    segment: 'go-back',
    label: '',
    parent: 'history',
    fills: true,
    tab: load(() => import('../history/go-back-tab.tsx'), 'GoBackTab'),
  },
  {
    segment: 'verify',
    label: 'Verify',
    fills: true,
    tab: load(() => import('../verify/verify-tab.tsx'), 'VerifyTab'),
  },
  {
    segment: 'revert',
    label: '',
    parent: 'history',
    fills: true,
    tab: load(() => import('../drift/revert-tab.tsx'), 'RevertTab'),
  },
  {
    segment: 'templates',
    label: 'Templates',
    tab: load(() => import('../templates/zone-templates-tab.tsx'), 'ZoneTemplatesTab'),
  },
  {
    segment: 'template-plan',
    label: '',
    parent: 'templates',
    fills: true,
    tab: load(() => import('../templates/template-plan-tab.tsx'), 'TemplatePlanTab'),
  },
  { segment: 'tls', label: 'SSL/TLS', tab: load(() => import('../tls/tls-tab.tsx'), 'TlsTab') },
  {
    segment: 'settings',
    label: 'Settings',
    tab: load(() => import('../tls/settings-tab.tsx'), 'SettingsTab'),
  },
  {
    segment: 'certificate-plan',
    label: '',
    parent: 'tls',
    fills: true,
    tab: load(() => import('../tls/certificate-plan-tab.tsx'), 'CertificatePlanTab'),
  },
  {
    segment: 'settings-plan',
    label: '',
    parent: 'tls',
    fills: true,
    tab: load(() => import('../tls/settings-plan-tab.tsx'), 'SettingsPlanTab'),
  },
];
