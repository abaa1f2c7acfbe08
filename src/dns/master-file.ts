/**
 * Reads master files (RFC 1035 §5, RFC 2308 §4 for `$TTL`, BIND's `$GENERATE`) with the comments of Cloudflare's
 * exports. Nothing is dropped in silence: each entry becomes a record, an omitted record with its reason, or a
 * problem with its place.
 *
 * The SOA record and the nameservers of the zone itself are Cloudflare's own affair: they are omitted, and the plan
 * leaves what is there alone. A TTL that neither the record nor the file states is not mentioned.
 */
import type { Parsed } from '../base/problem.ts';
import { parseRecordComment } from './cf-tags.ts';
import { APEX_NS_REASON, whyNotCarried } from './dns-types.ts';
import { type Fault, fault, shown } from './fault.ts';
import { GENERATED_RECORDS_MAX, generateWords, parseGenerateRange } from './generate.ts';
import type { Token } from './lexer.ts';
import { type MasterFileEntry, masterFileEntries } from './master-file-entries.ts';
import { readRecordHead } from './master-file-head.ts';
import { type DomainName, isInZone, parseName } from './name.ts';
import { parseRecordType, readRdata } from './rdata-text.ts';
import type { DesiredRecord, DesiredZone, OmittedRecord } from './record.ts';
import { SourceProblems } from './source-problems.ts';
import { carriedTtl, parseTtlSeconds } from './ttl.ts';

/** Characters of one master file. */
export const MASTER_FILE_CHARS_MAX = 67_108_864;

export interface ParseSourceOptions {
  /** The file as the user named it; problems and records carry it. */
  readonly file?: string;
  /** The zone that the source should be for. Without it, the source has to say. */
  readonly zone?: DomainName;
}

/**
 * Reads the master file of one zone. Records keep the order of the file. Where no zone is given, it is the owner of
 * the SOA record, or the first `$ORIGIN`.
 */
export function parseMasterFile(source: string, options: ParseSourceOptions = {}): Parsed<DesiredZone> {
  // A byte order mark takes part in nothing; a blank in its place keeps the columns.
  const text = source.startsWith('\uFEFF') ? ` ${source.slice(1)}`.trimStart() : source;
  const reader = new MasterFileReader(text, options);
  return reader.read();
}

interface RawRecord {
  readonly name: DomainName;
  /** As written, in upper case. */
  readonly type: string;
  readonly desired: DesiredRecord | undefined;
  readonly reason: string;
  /** What there is to say about the TTL, if the record is carried. */
  readonly ttlWarning: Fault | undefined;
  readonly offset: number;
}

/** The state that entries leave behind for the next ones. */
class MasterFileReader {
  readonly #text: string;
  readonly #problems: SourceProblems;
  readonly #zone: DomainName | undefined;
  #origin: DomainName | undefined;
  #firstOrigin: DomainName | undefined;
  #soa: { readonly name: DomainName; readonly offset: number } | undefined;
  #name: DomainName | undefined;
  /** What `$TTL` says. */
  #defaultTtl: number | undefined;
  /** The last TTL that a record stated; the SOA's minimum until then. */
  #lastTtl: number | undefined;
  #generated = 0;
  readonly #records: RawRecord[] = [];

  constructor(text: string, options: ParseSourceOptions) {
    this.#text = text;
    this.#problems = new SourceProblems(text, options.file);
    this.#zone = options.zone;
    this.#origin = options.zone;
  }

  read(): Parsed<DesiredZone> {
    if (this.#text.length > MASTER_FILE_CHARS_MAX) {
      const message = `the file has ${this.#text.length} characters; ${MASTER_FILE_CHARS_MAX} are allowed`;
      this.#problems.addFault(fault('source-too-large', message, 'Split it.').fault, { offset: 0 });
      return { ok: false, problems: this.#problems.list() };
    }
    const report = ({ fault: wrong, at }: { fault: Fault; at: number }): void =>
      this.#problems.addFault(wrong, { offset: at });
    for (const entry of masterFileEntries(this.#text, report)) this.#readEntry(entry);
    return this.#finish();
  }

  #fail(at: number, wrong: { readonly fault: Fault }, subject?: string): void {
    this.#problems.addFault(wrong.fault, { offset: at, ...(subject === undefined ? {} : { subject }) });
  }

  #readEntry(entry: MasterFileEntry): void {
    const [first] = entry.words;
    if (first === undefined) return;
    if (!entry.continuesName && !first.quoted && first.text.startsWith('$'))
      this.#readDirective(first, entry);
    else this.#readRecord(entry.words, entry);
  }

  #readDirective(directive: Token, entry: MasterFileEntry): void {
    const [, argument] = entry.words;
    const name = directive.text.toUpperCase();
    if (argument === undefined) {
      const next = 'Write what belongs behind it, or take the line out.';
      this.#fail(directive.start, fault('directive', `${name} stands alone`, next));
      return;
    }
    switch (name) {
      case '$ORIGIN':
        this.#origin = this.#readName(argument) ?? this.#origin;
        this.#firstOrigin ??= this.#origin;
        return;
      case '$TTL': {
        const ttl = parseTtlSeconds(argument.text);
        if ('fault' in ttl) this.#fail(argument.start, ttl);
        else this.#defaultTtl = ttl.value;
        return;
      }
      case '$GENERATE':
        this.#generate(argument, entry);
        return;
      case '$INCLUDE': {
        const message = `$INCLUDE ${argument.text} is not followed: one source is one file`;
        this.#fail(
          directive.start,
          fault('directive', message, 'Put the records of that file in its place.'),
        );
        return;
      }
      default: {
        const message = `${shown(directive.text)} is no directive`;
        this.#fail(directive.start, fault('directive', message, 'Known are $ORIGIN, $TTL and $GENERATE.'));
      }
    }
  }

  #generate(argument: Token, entry: MasterFileEntry): void {
    const range = parseGenerateRange(argument.text);
    if ('fault' in range) {
      this.#fail(argument.start, range);
      return;
    }
    const template = entry.words.slice(2);
    for (let i = range.value.start; i <= range.value.stop; i += range.value.step) {
      this.#generated += 1;
      if (this.#generated > GENERATED_RECORDS_MAX) {
        const message = `the file generates more than ${GENERATED_RECORDS_MAX} records`;
        this.#fail(argument.start, fault('generate-range', message, 'Use smaller ranges.'));
        return;
      }
      const words = generateWords(template, i);
      // The first record that fails speaks for all of its range.
      const sound = 'value' in words && this.#readRecord(words.value, { ...entry, continuesName: false });
      if ('fault' in words) this.#fail(argument.start, words);
      if (!sound) return;
    }
  }

  #readName(word: Token): DomainName | undefined {
    const origin = this.#origin;
    if (origin === undefined && !word.text.endsWith('.')) {
      const message = `the name ${shown(word.text)} is relative, and no zone is known yet`;
      this.#fail(
        word.start,
        fault('zone-unknown', message, 'Begin the file with $ORIGIN, or name the zone.'),
      );
      return undefined;
    }
    const parsed = parseName(word.text, origin === undefined ? {} : { origin });
    if (parsed.ok) return parsed.value;
    for (const { code, message, next = '' } of parsed.problems)
      this.#fail(word.start, fault(code, message, next));
    return undefined;
  }

  /** `[owner] [ttl] [class] type data`; false when there was something wrong with it. */
  #readRecord(words: readonly Token[], entry: MasterFileEntry): boolean {
    const owner = entry.continuesName ? undefined : words[0];
    const head = readRecordHead(words, owner === undefined ? 0 : 1);
    if ('fault' in head) {
      this.#fail(head.fault.at ?? 0, head);
      return false;
    }
    const { typeWord, type, ttlWord, data } = head;
    const name = this.#ownerName(owner, type, typeWord);
    if (owner !== undefined) this.#name = name;
    if (name === undefined) return false;
    const ttl = this.#readTtl(ttlWord);
    if (ttl === null) return false;
    if (type === 'SOA') this.#readSoa(name, data, typeWord);
    const record = parseRecordType(type);
    const common = { name, type, offset: (owner ?? typeWord).start };
    if (record === undefined) {
      this.#records.push({
        ...common,
        desired: undefined,
        reason: whyNotCarried(type) ?? '',
        ttlWarning: undefined,
      });
      return true;
    }
    const origin = this.#origin;
    const rdata = readRdata(record, data, origin === undefined ? {} : { origin });
    if ('faults' in rdata) {
      for (const wrong of rdata.faults)
        this.#fail(data[0]?.start ?? typeWord.start, { fault: wrong }, `${name} ${type}`);
      return false;
    }
    const comment = parseRecordComment(entry.comment);
    for (const wrong of comment.faults) this.#fail(typeWord.start, { fault: wrong }, `${name} ${type}`);
    const carried = ttl === undefined ? undefined : carriedTtl(ttl);
    const desired: DesiredRecord = {
      name,
      rdata: rdata.value,
      ...(carried === undefined ? {} : { ttl: carried.ttl }),
      ...comment.fields,
      position: this.#problems.position(common.offset),
    };
    this.#records.push({ ...common, desired, reason: '', ttlWarning: carried?.warning });
    return true;
  }

  #ownerName(owner: Token | undefined, type: string, typeWord: Token): DomainName | undefined {
    if (owner === undefined) {
      if (this.#name !== undefined) return this.#name;
      const next = 'Begin the line with a name, or with @ for the zone itself.';
      this.#fail(typeWord.start, fault('name-missing', 'the first record of the file has no name', next));
      return undefined;
    }
    // Cloudflare's own export writes the owner of the SOA record without its trailing dot.
    if (type === 'SOA' && !owner.text.endsWith('.') && owner.text !== '@') {
      const absolute = parseName(owner.text);
      const zone = this.#zone ?? this.#origin;
      if (absolute.ok && (zone === undefined || absolute.value === zone)) return absolute.value;
    }
    return this.#readName(owner);
  }

  /** The TTL of a record in seconds; undefined when nothing states one, null when it is wrong. */
  #readTtl(word: Token | undefined): number | undefined | null {
    if (word === undefined) return this.#defaultTtl ?? this.#lastTtl;
    const ttl = parseTtlSeconds(word.text);
    if ('fault' in ttl) {
      this.#fail(word.start, ttl);
      return null;
    }
    this.#lastTtl = ttl.value;
    return ttl.value;
  }

  #readSoa(name: DomainName, data: readonly Token[], typeWord: Token): void {
    if (this.#soa !== undefined) {
      const message = `a second SOA record, for ${name}`;
      this.#fail(typeWord.start, fault('soa-twice', message, 'A file holds one zone: split it.'));
      return;
    }
    this.#soa = { name, offset: typeWord.start };
    this.#origin ??= name;
    const minimum = parseTtlSeconds(data[6]?.text ?? '');
    if ('value' in minimum) this.#lastTtl ??= minimum.value;
  }

  #finish(): Parsed<DesiredZone> {
    const zone = this.#zone ?? this.#soa?.name ?? this.#firstOrigin;
    if (zone === undefined) {
      if (!this.#problems.hasErrors) {
        const next = 'Name the zone, or begin the file with $ORIGIN.';
        this.#fail(0, fault('zone-unknown', 'the file does not say which zone it is for', next));
      }
      return { ok: false, problems: this.#problems.list() };
    }
    if (!this.#isOfZone(zone)) return { ok: false, problems: this.#problems.list() };
    const records: DesiredRecord[] = [];
    const omitted: OmittedRecord[] = [];
    for (const raw of this.#records) this.#sort(raw, zone, { records, omitted });
    const problems = this.#problems.list();
    if (this.#problems.hasErrors) return { ok: false, problems };
    return { ok: true, value: { zone, records, omitted }, problems };
  }

  /** False, with one problem instead of one for each record, when the file is another zone's. */
  #isOfZone(zone: DomainName): boolean {
    const soa = this.#soa;
    const foreign = soa?.name ?? this.#firstOrigin;
    const outside = this.#records.filter(({ name }) => !isInZone(name, zone));
    const isForeign =
      soa === undefined ? outside.length > 0 && outside.length === this.#records.length : soa.name !== zone;
    if (!isForeign) return true;
    const other = foreign === undefined || isInZone(foreign, zone) ? outside[0]?.name : foreign;
    const message = `the file is for the zone ${other ?? foreign}, not for ${zone}`;
    const offset = soa?.offset ?? outside[0]?.offset ?? 0;
    this.#fail(offset, fault('zone-mismatch', message, `Give the file of ${zone}, or name the other zone.`));
    return false;
  }

  #sort(
    raw: RawRecord,
    zone: DomainName,
    into: { records: DesiredRecord[]; omitted: OmittedRecord[] },
  ): void {
    const { name, type, desired, offset } = raw;
    const isApexNs = type === 'NS' && name === zone;
    if (desired === undefined || isApexNs) {
      const reason = isApexNs ? APEX_NS_REASON : raw.reason;
      into.omitted.push({ name, type, reason, position: this.#problems.position(offset) });
    } else if (isInZone(name, zone)) {
      into.records.push(desired);
      if (raw.ttlWarning !== undefined) {
        this.#problems.addFault(raw.ttlWarning, { offset, subject: `${name} ${type}`, severity: 'warning' });
      }
    } else {
      const message = `the name is not in the zone ${zone}`;
      const next = 'Write it relative to the zone, or with the full name and a trailing dot.';
      this.#fail(offset, fault('name-outside-zone', message, next), `${name} ${type}`);
    }
  }
}
