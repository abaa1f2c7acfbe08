/**
 * What a line of `next` asks for, as a person here can do it. The server speaks to every caller, so its lines name commands
 * (`zoneward connections relink ID`); here each stands as the page where the same is done, with the command to copy beside
 * it. A command without a page is left as a command.
 */

/** What the lines are about, where they do not say it themselves. */
export interface Subject {
  readonly connection?: string;
  readonly zone?: string;
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'address'; readonly href: string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'page'; readonly label: string; readonly href: string; readonly command: string };

const WORDS =
  'activate add apply approve applied audit cancel certificates changes check connect-sessions connections create delete demo ' +
  'deprovision disable dnssec domains drift edit enable export extensions history hostnames import init keys limit link ' +
  'list minter pause plan policies promote provision purchases records register relink remove restart resume rewrap ' +
  'rotate search serve set settings show start status store sync templates tenants test tls transfer undo usage verify ' +
  'webhooks zones api-keys deliveries bulk';
const KNOWN: ReadonlySet<string> = new Set(WORDS.split(' '));
/** Words of a command that are no part of a sentence: flags, ids, names with dots, `a=b`, PLACEHOLDERS, quoted text. */
const ARGUMENT = /^(?:--?[a-z][\w=-]*|[A-Z][A-Z_-]*|["'].*|[^\s"']*[._\d=…][^\s]*)$/;
const FOUND = /`(zoneward [^`]+)`|\bzoneward (?=[a-z])|https:\/\/[^\s)>,]+/g;

export function piecesOf(line: string, of: Subject = {}): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of line.matchAll(FOUND)) {
    if (match.index < from) continue;
    const { 0: whole, 1: quoted } = match;
    const found = whole.startsWith('https:')
      ? { length: whole.length, piece: { kind: 'address', href: whole } as const }
      : commandAt(line.slice(match.index), quoted, of);
    if (found === null) continue;
    pieces.push({ kind: 'text', text: line.slice(from, match.index) }, found.piece);
    from = match.index + found.length;
  }
  pieces.push({ kind: 'text', text: line.slice(from) });
  return pieces.filter((piece) => piece.kind !== 'text' || piece.text !== '');
}

function commandAt(
  rest: string,
  quoted: string | undefined,
  of: Subject,
): { readonly length: number; readonly piece: Piece } | null {
  const command = quoted ?? commandIn(rest);
  if (command === null) return null;
  const page = pageOf(command.split(/\s+/).slice(1), of);
  return {
    length: quoted === undefined ? command.length : command.length + 2,
    piece: page === null ? { kind: 'command', command } : { kind: 'page', ...page, command },
  };
}

/** As many words as belong to the command; null where the word after `zoneward` is none of its. */
function commandIn(rest: string): string | null {
  const words = rest.split(' ');
  let count = 1;
  let isVerb = true;
  for (const [index, raw] of words.entries()) {
    if (index === 0) continue;
    const word = raw.replace(/[.,;:)]+$/, '');
    const before = words[index - 1] ?? '';
    isVerb &&= KNOWN.has(word);
    const isValue = /^--[a-z-]+$/.test(before) && word !== '';
    if (!isVerb && !KNOWN.has(word) && !ARGUMENT.test(word) && !isValue) break;
    count = index + 1;
    if (word !== raw) break;
  }
  return count === 1
    ? null
    : words
        .slice(0, count)
        .join(' ')
        .replace(/[.,;:)]+$/, '');
}

interface Place {
  readonly label: string;
  readonly href: string;
}

/** An argument that is no placeholder. */
function given(words: readonly string[], at: number): string | undefined {
  const word = words[at]?.replace(/^["']|["']$/g, '');
  return word === undefined || word.startsWith('-') || /^[A-Z][A-Z_-]*$/.test(word) ? undefined : word;
}

function pageOf(words: readonly string[], of: Subject): Place | null {
  const [group = '', verb = ''] = words;
  switch (group) {
    case 'connections':
      return ofConnections(verb, given(words, 2) ?? of.connection);
    case 'connect-sessions':
      return { label: 'Links for customers', href: '/connections/links' };
    case 'changes':
      return ofChanges(words, given(words, 2));
    case 'domains':
      return ofDomains(words);
    case 'tls':
      return ofTls(words, of);
    case 'api-keys':
      // Who is told to make one cannot sign in yet.
      return verb === 'create' ? null : { label: 'API keys', href: '/api-keys' };
    case 'webhooks':
      return { label: 'Webhooks', href: verb === 'add' ? '/webhooks?do=add' : '/webhooks' };
    case 'templates':
      return ofTemplates(words, of);
    case 'provision':
      return verb === 'deprovision'
        ? at('Take it down', '/provisioning/', given(words, 2))
        : at('Bring it up', '/provisioning/new?domain=', given(words, 1) ?? '');
    case 'audit':
      return verb === 'list' ? { label: 'Audit', href: '/audit' } : null;
    default:
      return ofZones(words, of);
  }
}

/** Null where `what` is not known. */
function at(label: string, before: string, what: string | undefined, after = ''): Place | null {
  return what === undefined ? null : { label, href: `${before}${encodeURIComponent(what)}${after}` };
}

const OF_CONNECTION: Readonly<Record<string, readonly [label: string, after: string]>> = {
  link: ['Cloudflare’s form, filled in', '?do=relink'],
  relink: ['New credential', '?do=relink'],
  test: ['Test', ''],
  rotate: ['Rotation', ''],
  resume: ['Use again', ''],
  pause: ['Pause', ''],
  remove: ['Remove', '?do=remove'],
  show: ['The connection', ''],
  edit: ['The connection', ''],
};

function ofConnections(verb: string, id: string | undefined): Place | null {
  if (verb === 'add' || (verb === 'link' && id === undefined))
    return { label: OF_CONNECTION[verb]?.[0] ?? 'Connect an account', href: '/connections/new' };
  if (verb === 'list') return { label: 'Connections', href: '/connections' };
  const known = OF_CONNECTION[verb];
  if (known === undefined) return null;
  const [label, after] = known;
  return at(label, '/connections/', id, after) ?? { label, href: '/connections' };
}

const OF_CHANGE: Readonly<Record<string, string>> = {
  show: 'The change set',
  resume: 'Go on with it',
  approve: 'Approve',
  apply: 'Apply',
  cancel: 'Cancel it',
  undo: 'Undo',
};

function ofChanges(words: readonly string[], id: string | undefined): Place | null {
  // A private key is read by the command line alone.
  if (words.includes('--key')) return null;
  const label = OF_CHANGE[words[1] ?? ''];
  if (label === undefined || id === undefined) return { label: label ?? 'Changes', href: '/changes' };
  return at(label, '/changes/', id, label === 'Undo' ? '/undo' : '');
}

function ofDomains(words: readonly string[]): Place | null {
  const name = given(words, 2);
  switch (words[1]) {
    case 'limit':
      return { label: 'Spend limit', href: '/domains/purchases' };
    case 'purchases':
    case 'status':
      return { label: 'Purchases', href: '/domains/purchases' };
    case 'approve':
      return at('Approve', '/domains/purchases/', name);
    case 'cancel':
      return at('Call it off', '/domains/purchases/', name);
    case 'list':
    case 'show':
    case 'set':
      return at('Registrations', '/domains?search=', name ?? '');
    case 'search':
    case 'check':
      return at('Find a name', '/domains/search?text=', name ?? '');
    case 'register':
      return at('Register', '/domains/register/', name) ?? { label: 'Find a name', href: '/domains/search' };
    case 'transfer':
      return at('Transfer it in', '/domains/transfer?names=', given(words, 3) ?? '');
    default:
      return null;
  }
}

function ofTemplates(words: readonly string[], of: Subject): Place | null {
  const [, verb] = words;
  if (verb === 'list' || verb === 'show') return { label: 'Templates', href: '/templates' };
  if (verb === 'applied' || verb === 'remove')
    return at('Its templates', '/zones/', given(words, 2) ?? of.zone, '/templates');
  // Files of one's own are read by the command line alone.
  return null;
}

function ofTls(words: readonly string[], of: Subject): Place | null {
  const [, verb] = words;
  if (verb === 'list') return { label: 'SSL/TLS of all zones', href: '/tls' };
  if (verb === 'calendar') return { label: 'Ends of certificates', href: '/tls/calendar' };
  const zone = given(words, verb === 'show' || verb === 'set' || verb === 'dnssec' ? 2 : 3) ?? of.zone;
  const value = { enable: 'on', disable: 'off' }[words.at(-1) ?? ''];
  const sets = words.filter((word) => /^[\w.]+=\S+$/.test(word));
  if (verb === 'dnssec' && value !== undefined) sets.push(`dnssec=${value}`);
  if (sets.length > 0)
    return at(
      verb === 'dnssec' ? `Plan DNSSEC ${value}` : 'Plan it',
      '/zones/',
      zone,
      `/settings-plan?${sets.map((word) => `set=${encodeURIComponent(word)}`).join('&')}`,
    );
  return at('SSL/TLS of the zone', '/zones/', zone, '/tls');
}

const OF_ZONE: Readonly<Record<string, readonly [label: string, after: string]>> = {
  'records list': ['Its records', ''],
  'zones show': ['The zone', ''],
  'zones activate': ['ask Cloudflare to check', ''],
  'zones history': ['Its history', '/history'],
  'zones settings': ['Its settings', '/settings'],
  'zones verify': ['Verify', '/verify'],
  plan: ['Import a zone file', '/import'],
  apply: ['Import a zone file', '/import'],
  verify: ['Verify', '/verify'],
};

function ofZones(words: readonly string[], of: Subject): Place | null {
  const [group = '', verb = ''] = words;
  if (group === 'drift') return { label: 'Drift', href: '/drift' };
  if (group === 'usage') return { label: 'Usage', href: '/usage' };
  if (group === 'zones' && (verb === 'list' || verb === 'sync')) return { label: 'Zones', href: '/zones' };
  if (group === 'zones' && verb === 'create')
    return at('Bring it up', '/provisioning/new?domain=', given(words, 2) ?? '');
  const known = OF_ZONE[`${group} ${verb}`] ?? OF_ZONE[group];
  if (known === undefined) return null;
  const [label, after] = known;
  const zone = given(words, OF_ZONE[`${group} ${verb}`] === undefined ? 1 : 2) ?? of.zone;
  return at(label, '/zones/', zone, after) ?? { label: 'Zones', href: '/zones' };
}
