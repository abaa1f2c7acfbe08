/** What settings need of the world: reading and writing them at Cloudflare, and asking a zone's parent for its DS. */
import type { ZonewardError } from '../../base/errors.ts';
import type { ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { DomainName } from '../../dns/name.ts';
import type { SettingState } from '../../plan/setting-change.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { CertificatePack } from './certificates.ts';

/** Settings by the catalogue's keys. What cannot be read stands beside what can. */
export interface SettingsRead {
  readonly states: ReadonlyMap<string, SettingState>;
  /** `permission-missing`, `cloudflare-refused` or `cloudflare-not-found`, with the right that is missing named. */
  readonly failures: ReadonlyMap<string, ZonewardError>;
}

/** Reads settings. Changes nothing; safe to repeat and to abort. */
export interface SettingsReader {
  /**
   * Each setting is asked once, all at the same time (the budget paces them); `dns_settings` and DNSSEC are one call
   * whatever is wanted of them. Throws what concerns all of them: credentials, budget, Cloudflare down.
   */
  readSettings(zoneId: ZoneId, keys: readonly string[], options: CallOptions): Promise<SettingsRead>;
}

export interface SettingAnswer {
  /** The setting as Cloudflare says it is now. */
  readonly state: SettingState;
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

/**
 * Writes settings. One call is one request, never repeated by this port once it may have left; what a thrown error
 * promises about the write stands in `CloudflareErrorCode`. An answer that does not show the setting is thrown as
 * `cloudflare-unanswered`.
 */
export interface SettingsWriter {
  writeSetting(
    zoneId: ZoneId,
    setting: { readonly key: string; readonly body: JsonObject },
    options: CallOptions,
  ): Promise<SettingAnswer>;
}

/** Asks the DNS, not Cloudflare. */
export interface ParentDsAsker {
  /**
   * The DS records that the parent of `zone` publishes, as `tag algorithm type DIGEST`, sorted; null when nobody gave
   * an answer that can be relied on. Costs no call to Cloudflare.
   */
  parentDs(zone: DomainName, options: { readonly signal?: AbortSignal }): Promise<readonly string[] | null>;
}

/** Reads what a zone serves certificates with. Changes nothing. */
export interface CertificateReader {
  /** Every pack of the zone that is not deleted, whatever its state; pages of 50, one call each. */
  certificatePacks(zoneId: ZoneId, options: CallOptions): Promise<readonly CertificatePack[]>;
  /** Contents of the CAA records at the zone's apex. One call. */
  caaRecords(zoneId: ZoneId, zone: DomainName, options: CallOptions): Promise<readonly string[]>;
}
