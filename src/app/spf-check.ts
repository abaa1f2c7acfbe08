/** The SPF records that a plan of a template writes, judged with all that they include, as receivers will. */
import type { Problem } from '../base/problem.ts';
import type { DomainName } from '../dns/name.ts';
import { toUnicode } from '../dns/name.ts';
import type { RecordFields } from '../dns/record.ts';
import { type AskSpf, type SpfCost, spfCost } from '../domains/templates/spf-tree.ts';
import type { DnsAsker } from '../domains/verify/ports.ts';
import type { TemplateDraft } from '../plan/templates/draft-template.ts';
import { countLookups, isSpf, parseSpf, SPF_LOOKUPS_MAX } from '../plan/templates/spf.ts';
import { type Config, formatDnsServer } from './config.ts';
import { resolversOf } from './tenant-verify.ts';

const TERMS_SHOWN = 5;

/**
 * What is wrong with the SPF records of `drafts`. A record that this change brings past the limit is an error; one that
 * was past it before is told. Where nobody can be asked, nothing is said.
 */
export async function spfProblems(
  { asker, config }: { readonly asker: DnsAsker; readonly config: Config },
  { drafts }: Pick<TemplateDraft, 'drafts'>,
): Promise<readonly Problem[]> {
  const servers = resolversOf(config, undefined);
  const own = config.dnsServer === null ? [] : [formatDnsServer(config.dnsServer)];
  const [server] = [...servers, ...own];
  if (server === undefined) return [];
  const ask = askThrough(asker, server);
  const problems: Problem[] = [];
  for (const draft of drafts) {
    const after = draft.action === 'delete' ? null : spfOf(draft.after.fields);
    if (after === null) continue;
    const before = beforeOf(drafts, after.name);
    // More than enough by itself is an error of the draft already: nobody need be asked.
    if (countOwn(after.text) > SPF_LOOKUPS_MAX) continue;
    const cost = await spfCost(after.text, ask);
    const wasOver = before !== null && (await spfCost(before.text, ask)).lookups > SPF_LOOKUPS_MAX;
    // A sandbox's own server knows nothing of the world, and that is nothing to tell.
    problems.push(...judge(after.name, cost, { wasOver, tellsUnknown: servers.length > 0 }));
  }
  return problems;
}

/** What it takes the place of, changed or taken out. */
function beforeOf(drafts: TemplateDraft['drafts'], name: DomainName): ReturnType<typeof spfOf> {
  const old = drafts.flatMap((draft) =>
    draft.action === 'create' ? [] : (spfOf(draft.before.fields) ?? []),
  );
  return old.find((one) => one.name === name) ?? null;
}

function countOwn(text: string): number {
  const parsed = parseSpf(text);
  return 'fault' in parsed ? 0 : countLookups(parsed.value);
}

function judge(
  name: DomainName,
  { lookups, terms, broken, unknown }: SpfCost,
  { wasOver, tellsUnknown }: { readonly wasOver: boolean; readonly tellsUnknown: boolean },
): Problem[] {
  const at = `${toUnicode(name)} TXT`;
  const problems: Problem[] = [];
  if (lookups > SPF_LOOKUPS_MAX) {
    const dearest = terms.slice(0, TERMS_SHOWN).map(({ term, lookups: each }) => `${term} ${each}`);
    problems.push({
      code: 'spf-too-many-lookups',
      severity: wasOver ? 'warning' : 'error',
      message: `${at}: with all that it includes the SPF record costs ${lookups} lookups${wasOver ? ', and it cost too many before' : ''}; receivers refuse more than ${SPF_LOOKUPS_MAX} (${dearest.join(', ')})`,
      next: 'Take rules out that nobody needs any more.',
    });
  }
  for (const included of broken)
    problems.push({
      code: 'spf-include-broken',
      severity: 'warning',
      message: `${at}: ${toUnicode(included as DomainName)}, which it includes, has no SPF record; receivers refuse the whole record for that`,
      next: 'Look at the spelling, or take the rule out.',
    });
  if (unknown.length > 0 && tellsUnknown)
    problems.push({
      code: 'spf-lookups-unsure',
      severity: 'warning',
      message: `${at}: the SPF record costs at least ${lookups} lookups; ${unknown.join(', ')} could not be asked`,
      next: 'Plan it again when the DNS answers.',
    });
  return problems;
}

function spfOf({
  name,
  rdata,
}: Pick<RecordFields, 'name' | 'rdata'>): { name: DomainName; text: string } | null {
  return rdata.type === 'TXT' && isSpf(rdata.text) ? { name, text: rdata.text } : null;
}

/** Each name once; who has not answered once is not asked again. */
function askThrough(asker: DnsAsker, server: string): AskSpf {
  const known = new Map<DomainName, ReturnType<AskSpf>>();
  let isSilent = false;
  const look = async (name: DomainName): ReturnType<AskSpf> => {
    if (isSilent) return 'unknown';
    const reply = await asker.ask(server, { name, type: 'TXT', recursive: true }, {});
    isSilent = reply === null;
    if (reply === null || (reply.rcode !== 'NOERROR' && reply.rcode !== 'NXDOMAIN')) return 'unknown';
    const texts = reply.answers.flatMap(({ rdata }) => (rdata.type === 'TXT' ? rdata.text : []));
    return texts.find(isSpf) ?? 'none';
  };
  return (name) => {
    const asked = known.get(name) ?? look(name);
    known.set(name, asked);
    return asked;
  };
}
