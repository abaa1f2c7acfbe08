/**
 * Domain Connect templates (draft-ietf-dconn-domainconnect-05): what a service wants in a zone, with variables. A template
 * is applied to a zone and a host in it; that pair is an *instance*, and remembered, so that applying again replaces it,
 * others know what is its, and taking it away takes exactly what it added.
 */
import type { Branded } from '../../base/ids.ts';
import type { SourcePosition } from '../../base/problem.ts';
import type { DomainName } from '../../dns/name.ts';
import type { Rdata } from '../../dns/record.ts';

export type TemplateInstanceId = Branded<string, 'TemplateInstanceId'>;

/** Whether the whole service ends when the record goes. */
export type Essential = 'Always' | 'OnApply';
/** Which other TXT records of the name have to give way. */
export type TxtConflictMode = 'None' | 'All' | 'Prefix';

export interface TemplateRecord {
  /** `A`, `TXT`, `SPFM`, `REDIR301`, … */
  readonly type: string;
  readonly groupId: string | null;
  readonly essential: Essential;
  readonly txtConflict: { readonly mode: TxtConflictMode; readonly prefix: string };
  /** The fields as written, variables and all: `host`, `pointsTo`, `ttl`, … */
  readonly fields: Readonly<Record<string, string>>;
  readonly position?: SourcePosition;
}

export interface Template {
  readonly providerId: string;
  readonly providerName: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly version: number | null;
  readonly description: string | null;
  readonly variableDescription: string | null;
  readonly multiInstance: boolean;
  readonly hostRequired: boolean;
  readonly records: readonly TemplateRecord[];
  /**
   * The service's own page that was read, and the day on which every fixed value was compared with it, null when not all
   * were: `vnd.zoneward.source`, `vnd.zoneward.checked`.
   */
  readonly source: { readonly url: string; readonly checked: string | null } | null;
}

/** `example.com/mail`: what names a template. */
export function templateKey({ providerId, serviceId }: Pick<Template, 'providerId' | 'serviceId'>): string {
  return `${providerId}/${serviceId}`;
}

export function templateTitle({
  providerName,
  serviceName,
}: Pick<Template, 'providerName' | 'serviceName'>): string {
  return serviceName.toLowerCase().startsWith(providerName.toLowerCase())
    ? serviceName
    : `${providerName} ${serviceName}`;
}

/** What an instance holds of one record. */
export interface OwnedRecord {
  readonly name: DomainName;
  readonly rdata: Rdata;
  readonly essential: Essential;
  readonly groupId: string | null;
  /** False: it was there before, and stays when the instance goes. */
  readonly added: boolean;
}

/** What an instance holds of the SPF record of one name. */
export interface OwnedSpf {
  readonly name: DomainName;
  readonly groupId: string | null;
  readonly rules: readonly string[];
  /** Those of the rules that were not there before. */
  readonly added: readonly string[];
  /** The record itself was not there before. */
  readonly made: boolean;
}

/** A template applied to a host of a zone. */
export interface TemplateInstance {
  readonly id: TemplateInstanceId;
  readonly providerId: string;
  readonly serviceId: string;
  readonly title: string;
  readonly version: number | null;
  readonly multiInstance: boolean;
  /** Relative to the zone; empty for the zone itself. */
  readonly host: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly records: readonly OwnedRecord[];
  readonly spf: readonly OwnedSpf[];
}
