/**
 * Zoneward's own zone document: what it can say besides records.
 */
import type { DesiredZone } from './record.ts';

/** Records that a plan leaves alone. */
export interface IgnoreRule {
  /** A name relative to the zone, `@`, or absolute with a trailing dot; `*` is any run of characters. */
  readonly name: string;
  /** A record type; absent means every type. */
  readonly type?: string;
  readonly reason?: string;
}

/** Which part of the zone the document speaks for. */
export interface ManageOptions {
  readonly ignore: readonly IgnoreRule[];
  /** Name patterns; absent means the whole zone. */
  readonly only?: readonly string[];
}

/** A zone document, read: records, options, and reserved sections as they stand. */
export interface ZoneDocument extends DesiredZone {
  readonly manage?: ManageOptions;
  /** Top-level sections that later versions give a meaning (`settings`, `tls`), parsed to JSON. */
  readonly sections?: Readonly<Record<string, unknown>>;
}
