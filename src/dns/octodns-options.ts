/**
 * The options of an octoDNS record: `octodns: {cloudflare: {proxied, auto-ttl, comment, tags}}` as octodns-cloudflare
 * reads them, and octoDNS's own. What has no meaning at Cloudflare is warned of by name.
 */
import { fault } from './fault.ts';
import type { DesiredRecord } from './record.ts';
import {
  entryWithValue,
  isNothing,
  type MapContext,
  readFlag,
  readMap,
  readText,
  readTexts,
  rejectUnknownKeys,
  report,
  warn,
} from './source-map.ts';
import { entryOf, type SourceMap } from './yaml-source.ts';

const CLOUDFLARE_KEYS = ['proxied', 'auto-ttl', 'comment', 'tags'];
/** octoDNS's own options: what they mean for a plan at Cloudflare is decided here, not dropped. */
const OWN_KEYS = ['lenient', 'healthcheck', 'excluded', 'included', 'ignored'];

export interface OctodnsOptions {
  readonly fields: Pick<DesiredRecord, 'proxied' | 'comment' | 'tags'>;
  /** `auto-ttl: true`, which `proxied: true` implies. */
  readonly autoTtl: boolean;
  /** Why the record is not for Cloudflare; `undefined` when it is. */
  readonly omitted: string | undefined;
}

const NO_OPTIONS: OctodnsOptions = { fields: {}, autoTtl: false, omitted: undefined };

/** Reads the options of a record. */
export function readOctodnsOptions(record: SourceMap, context: MapContext): OctodnsOptions {
  const options = readMap(record, 'octodns', context);
  if (options === undefined) return NO_OPTIONS;
  checkOptionKeys(options, context);
  const cloudflare = readCloudflare(options, context);
  return { ...cloudflare, omitted: whyExcluded(options, context) };
}

function checkOptionKeys(options: SourceMap, context: MapContext): void {
  for (const { key, keyOffset, value } of options.entries) {
    if (CLOUDFLARE_KEYS.includes(key)) {
      const next = 'It belongs under cloudflare:, indented further than cloudflare.';
      report(context, keyOffset, fault('key-misplaced', `${key} stands in the wrong place`, next));
    } else if (isNothing(value) && key !== 'cloudflare') {
      // `cloudflare` without a value is reported where it is read.
      const next = `Write a value behind it, or take ${key} out.`;
      report(context, keyOffset, fault('value-missing', `${key} has no value`, next));
    } else if (key === 'lenient' || key === 'healthcheck') {
      warn(
        context,
        keyOffset,
        fault('octodns-option', `the option ${key} has no effect here`, 'Nothing to do.'),
      );
    } else if (key !== 'cloudflare' && !OWN_KEYS.includes(key)) {
      const message = `the options for ${key} have no effect at Cloudflare`;
      warn(context, keyOffset, fault('octodns-option', message, 'Nothing to do.'));
    }
  }
}

function readCloudflare(options: SourceMap, context: MapContext): Omit<OctodnsOptions, 'omitted'> {
  const entry = entryOf(options, 'cloudflare');
  if (entry === undefined) return NO_OPTIONS;
  if (isNothing(entry.value)) {
    const next = 'Indent its options (proxied and so on) further than cloudflare, or take cloudflare out.';
    report(context, entry.keyOffset, fault('value-missing', 'cloudflare has no value', next));
    return NO_OPTIONS;
  }
  const map = readMap(options, 'cloudflare', context);
  if (map === undefined) return NO_OPTIONS;
  rejectUnknownKeys(map, { known: CLOUDFLARE_KEYS }, context);
  const proxied = readFlag(map, 'proxied', context);
  const autoTtl = readFlag(map, 'auto-ttl', context);
  const comment = readText(map, 'comment', context);
  const tags = readTexts(map, 'tags', context);
  return {
    autoTtl: proxied === true || autoTtl === true,
    fields: {
      ...(proxied === undefined ? {} : { proxied }),
      ...(comment === undefined ? {} : { comment }),
      ...(tags === undefined ? {} : { tags }),
    },
  };
}

/** octoDNS names providers as the user's configuration does; whoever has `cloudflare` in it is taken to be meant. */
function whyExcluded(options: SourceMap, context: MapContext): string | undefined {
  if (entryOf(options, 'ignored') !== undefined && readFlag(options, 'ignored', context) === true) {
    return 'octodns: ignored is true';
  }
  const excluded = readTexts(options, 'excluded', context) ?? [];
  const included = readTexts(options, 'included', context);
  const meant = (provider: string): boolean => /cloudflare/i.test(provider);
  if (excluded.some(meant)) return `octodns: excluded names ${excluded.filter(meant).join(', ')}`;
  if (included !== undefined && !included.some(meant))
    return `octodns: included names only ${included.join(', ')}`;
  const entry = entryWithValue(options, 'excluded', context);
  if (entry !== undefined) {
    const message = `excluded names ${excluded.join(', ')}, none of which is Cloudflare`;
    warn(context, entry.keyOffset, fault('octodns-option', message, 'Nothing to do.'));
  }
  return undefined;
}
