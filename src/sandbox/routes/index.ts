/** The registration table: every family that the sandbox has. A new family is a file and a line here. */
import type { Route } from '../http/call.ts';
import { accountRoutes } from './accounts.ts';
import { auditLogRoutes } from './audit-logs.ts';
import { customCertificateRoutes } from './custom-certificates.ts';
import { customHostnameCertificateRoutes } from './custom-hostname-certificates.ts';
import { customHostnameRoutes } from './custom-hostnames.ts';
import { dnsSettingsRoutes } from './dns-settings.ts';
import { dnssecRoutes } from './dnssec.ts';
import { endedRoutes } from './ended.ts';
import { originCaRoutes } from './origin-ca.ts';
import { originPullRoutes } from './origin-pulls.ts';
import { recordRoutes } from './records.ts';
import { registrarRoutes } from './registrar.ts';
import { settingRoutes } from './settings.ts';
import { sslRoutes } from './ssl.ts';
import { sslPackRoutes } from './ssl-packs.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './user.ts';
import { zoneHoldRoutes } from './zone-holds.ts';
import { zonePlanRoutes } from './zone-plans.ts';
import { zoneRoutes } from './zones.ts';

export const ROUTES: readonly Route[] = [
  ...tokenRoutes,
  ...accountRoutes,
  ...userRoutes,
  ...zoneRoutes,
  ...zonePlanRoutes,
  ...zoneHoldRoutes,
  ...recordRoutes,
  ...dnsSettingsRoutes,
  ...settingRoutes,
  ...endedRoutes,
  ...dnssecRoutes,
  ...auditLogRoutes,
  ...sslRoutes,
  ...sslPackRoutes,
  ...customCertificateRoutes,
  ...originCaRoutes,
  ...customHostnameRoutes,
  ...customHostnameCertificateRoutes,
  ...originPullRoutes,
  ...registrarRoutes,
];
