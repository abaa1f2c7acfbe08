/** What the records of a template need the place of, in words: the rules are Domain Connect's. */
import type { Template } from '../../../client/index.ts';

export type TemplateRecord = Template['records'][number];

/** Fields that have a column of their own, or say nothing to people. */
const ELSEWHERE: readonly string[] = ['host', 'ttl', 'type', 'groupId', 'essential'];

/** The variables that the records of these groups have gaps for, in the order of the template. */
export function neededVariables(
  { variables, records, groups: all }: Pick<Template, 'variables' | 'records' | 'groups'>,
  groups: readonly string[],
): readonly string[] {
  if (groups.length === all.length) return variables;
  const texts = records
    .filter(({ groupId }) => groupId === null || groups.includes(groupId))
    .flatMap(({ fields }) => Object.values(fields).map((text) => text.toLowerCase()));
  return variables.filter((name) => texts.some((text) => text.includes(`%${name.toLowerCase()}%`)));
}

/** What it holds, as it is written: `pointsTo`, `data`, and the rest by name. */
export function contentOf({ fields }: Pick<TemplateRecord, 'fields'>): string {
  const [main] = ['pointsTo', 'data', 'target', 'spfRules'].filter((name) => fields[name] !== undefined);
  const rest = Object.entries(fields).filter(
    ([name]) => name !== main && !ELSEWHERE.includes(name) && !name.startsWith('txtConflict'),
  );
  return [
    ...(main === undefined ? [] : [fields[main]]),
    ...rest.map(([name, value]) => `${name} ${value}`),
  ].join(' · ');
}

/** What has to give way for it, of what a zone may hold already. */
export function givesWay({ type, txtConflict }: Pick<TemplateRecord, 'type' | 'txtConflict'>): string {
  switch (type) {
    case 'CNAME':
    case 'APEXCNAME':
      return 'every other record of the name; at the apex, addresses';
    case 'A':
    case 'AAAA':
      return 'other addresses and a CNAME of the name';
    case 'MX':
      return 'other mail servers of the name';
    case 'SRV':
      return 'other servers of the same service';
    case 'NS':
      return 'everything at and below the name';
    case 'SPFM':
      return 'nothing: it is merged into the SPF record';
    case 'TXT':
      return ofText(txtConflict);
    default:
      return 'a CNAME of the name';
  }
}

function ofText({ mode, prefix }: TemplateRecord['txtConflict']): string {
  if (mode === 'All') return 'every other text of the name';
  return mode === 'Prefix' ? `texts of the name that begin with ${prefix}` : 'a CNAME of the name';
}
