/**
 * LOC data (RFC 1876): `37 46 46.000 N 122 23 35.000 W 0.00m 1.00m 10000.00m 10.00m`. Angles are exact to a
 * thousandth of a second, lengths to a centimetre, as on the wire.
 */
import { fault, type Read, shown } from './fault.ts';
import type { LocAngle, Rdata } from './record.ts';

export type LocRdata = Extract<Rdata, { type: 'LOC' }>;

/** RFC 1876 §3: what an omitted size or precision means, in metres. */
const DEFAULTS = { size: 1, horizontalPrecision: 10_000, verticalPrecision: 10 } as const;
const ALTITUDE_MIN = -100_000;
const ALTITUDE_MAX = 42_849_672.95;
const PRECISION_MAX = 90_000_000;
const FORM = 'Write it as: 37 46 46.000 N 122 23 35.000 W 10.00m 1.00m 10000.00m 10.00m';

/** Reads the words of a LOC record. Minutes, seconds, size and precisions may be left out. */
export function parseLoc(words: readonly string[]): Read<LocRdata> {
  const rest = [...words];
  const latitude = takeAngle(rest, { directions: ['N', 'S'], degreesMax: 90, what: 'latitude' });
  if ('fault' in latitude) return latitude;
  const longitude = takeAngle(rest, { directions: ['E', 'W'], degreesMax: 180, what: 'longitude' });
  if ('fault' in longitude) return longitude;
  if (rest.length < 1 || rest.length > 4) {
    const message = rest.length < 1 ? 'has no altitude' : `has ${rest.length - 4} words too many`;
    return fault('rdata-invalid', message, FORM);
  }
  const [altitude, size, horizontal, vertical] = rest;
  const lengths = {
    altitude: parseMetres(altitude ?? '', 'altitude', ALTITUDE_MIN, ALTITUDE_MAX),
    size: precision(size, 'size', DEFAULTS.size),
    horizontalPrecision: precision(horizontal, 'horizontal precision', DEFAULTS.horizontalPrecision),
    verticalPrecision: precision(vertical, 'vertical precision', DEFAULTS.verticalPrecision),
  };
  for (const length of Object.values(lengths)) if ('fault' in length) return length;
  const metres = (read: Read<number>): number => ('value' in read ? read.value : 0);
  return {
    value: {
      type: 'LOC',
      latitude: latitude.value,
      longitude: longitude.value,
      altitude: metres(lengths.altitude),
      size: metres(lengths.size),
      horizontalPrecision: metres(lengths.horizontalPrecision),
      verticalPrecision: metres(lengths.verticalPrecision),
    },
  };
}

/** All parts written out; `parseLoc` reads them back. */
export function formatLoc(loc: LocRdata): string {
  const lengths = [loc.altitude, loc.size, loc.horizontalPrecision, loc.verticalPrecision];
  return [
    formatAngle(loc.latitude),
    formatAngle(loc.longitude),
    ...lengths.map((m) => `${m.toFixed(2)}m`),
  ].join(' ');
}

/** `37 46 46.000 N` */
export function formatAngle(angle: LocAngle<string>): string {
  return `${angle.degrees} ${angle.minutes} ${angle.seconds.toFixed(3)} ${angle.direction}`;
}

/** `ms`: thousandths of a second of arc; its sign is the direction's. */
export function angleOfMs<Direction extends string>(ms: number, direction: Direction): LocAngle<Direction> {
  const size = Math.abs(ms);
  return {
    degrees: Math.floor(size / 3_600_000),
    minutes: Math.floor(size / 60_000) % 60,
    seconds: (size % 60_000) / 1_000,
    direction,
  };
}

/** As the wire can carry it: sizes and precisions have one digit and a power of ten (RFC 1876 §2); the rest is cut. */
export function wireLoc(loc: LocRdata): LocRdata {
  const cut = (metres: number): number => {
    const cm = Math.round(metres * 100);
    const power = Math.max(0, String(cm).length - 1);
    return (Math.floor(cm / 10 ** power) * 10 ** power) / 100;
  };
  return {
    ...loc,
    size: cut(loc.size),
    horizontalPrecision: cut(loc.horizontalPrecision),
    verticalPrecision: cut(loc.verticalPrecision),
  };
}

/** One text for every way of writing the same place: thousandths of a second and centimetres. */
export function locKey(loc: LocRdata): string {
  const lengths = [loc.altitude, loc.size, loc.horizontalPrecision, loc.verticalPrecision];
  return [angleMs(loc.latitude), angleMs(loc.longitude), ...lengths.map((m) => Math.round(m * 100) + 0)].join(
    ' ',
  );
}

function angleMs(angle: LocAngle<string>): number {
  const ms = (angle.degrees * 60 + angle.minutes) * 60_000 + Math.round(angle.seconds * 1000);
  // `+ 0` makes one zero of 0 N and 0 S.
  return (angle.direction === 'S' || angle.direction === 'W' ? -ms : ms) + 0;
}

interface AngleRule<Direction extends string> {
  readonly directions: readonly Direction[];
  readonly degreesMax: number;
  readonly what: string;
}

/** Takes the words of one angle off the front of `rest`. */
function takeAngle<D extends string>(rest: string[], rule: AngleRule<D>): Read<LocAngle<D>> {
  const { directions, degreesMax, what } = rule;
  const at = rest.findIndex((word) => directions.some((direction) => direction === word.toUpperCase()));
  if (at < 1 || at > 3) {
    const message = `has no ${what}: one to three numbers, then ${directions.join(' or ')}`;
    return fault('rdata-invalid', message, FORM);
  }
  const [direction] = directions.filter((one) => one === rest[at]?.toUpperCase());
  const words = rest.splice(0, at + 1).slice(0, -1);
  const [degrees = 0, minutes = 0, seconds = 0] = words.map(Number);
  const total = degrees * 3600 + minutes * 60 + seconds;
  const wellFormed =
    words.every((word, i) => (i < 2 ? /^\d{1,3}$/ : /^\d{1,2}(\.\d{0,3})?$/).test(word)) &&
    minutes < 60 &&
    seconds < 60 &&
    total <= degreesMax * 3600;
  if (!wellFormed || direction === undefined) {
    const message = `${what} ${shown(words.join(' '))} is out of range: degrees to ${degreesMax}, minutes to 59, seconds to 59.999`;
    return fault('rdata-invalid', message, FORM);
  }
  return { value: { degrees, minutes, seconds, direction } };
}

function precision(word: string | undefined, what: string, fallback: number): Read<number> {
  return word === undefined ? { value: fallback } : parseMetres(word, what, 0, PRECISION_MAX);
}

function parseMetres(word: string, what: string, min: number, max: number): Read<number> {
  const match = /^(-?\d{1,8}(?:\.\d{0,2})?)m?$/i.exec(word);
  const value = Number(match?.[1]) + 0;
  if (match !== null && value >= min && value <= max) return { value };
  return fault('rdata-invalid', `${what} ${shown(word)} is not a length from ${min} to ${max} metres`, FORM);
}
