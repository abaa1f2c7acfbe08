/** Templates, for people and for programs. */
import {
  type AppliedTemplate,
  formatRdata,
  groupsOf,
  type Template,
  templateKey,
  templateTitle,
  typeOf,
  variablesOf,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime, timeWithAge } from '../output/time.ts';
import { visible } from '../output/width.ts';

export function templateJson(template: Template): Record<string, unknown> {
  const { records, ...rest } = template;
  return {
    key: templateKey(template),
    ...rest,
    variables: variablesOf(template),
    groups: groupsOf(template),
    records: records.map(({ position: _, ...record }) => record),
  };
}

export function formatTemplates(out: Output, templates: readonly Template[]): string {
  return out.table(
    [
      { title: 'TEMPLATE', cell: templateKey },
      { title: 'SERVICE', cell: templateTitle },
      { title: 'VARIABLES', cell: (one) => variablesOf(one).join(', '), shrinksTo: 12 },
      { title: 'GROUPS', cell: (one) => groupsOf(one).join(', '), hiddenBelow: 90 },
    ],
    templates,
  );
}

export function formatTemplate(out: Output, template: Template): string {
  const { description, variableDescription, source, multiInstance, hostRequired, version } = template;
  const facts = out.facts([
    ['template', templateKey(template)],
    ['version', version === null ? null : String(version)],
    ['does', visible(description ?? '')],
    ['variables', variablesOf(template).join(', ') || 'none'],
    ['', variableDescription === null ? null : visible(variableDescription)],
    ['groups', groupsOf(template).join(', ') || 'none'],
    ['host', hostRequired ? 'must be given' : 'the zone itself, or below it'],
    ['again', multiInstance ? 'adds another instance' : 'replaces itself'],
    ['from', source === null ? null : sourceText(source)],
  ]);
  const table = out.table(
    [
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'HOST', cell: ({ fields }) => fields['host'] ?? fields['name'] ?? '@' },
      { title: 'VALUE', cell: ({ fields }) => contentOf(fields), shrinksTo: 20 },
      { title: 'GROUP', cell: ({ groupId }) => groupId ?? '' },
      { title: 'ESSENTIAL', cell: ({ essential }) => (essential === 'Always' ? 'yes' : 'at first') },
    ],
    template.records,
  );
  return `${out.paint.bold(visible(templateTitle(template)))}\n${facts}\n${table}`;
}

function contentOf({ host: _, name: __, ttl: ___, ...fields }: Readonly<Record<string, string>>): string {
  return visible(Object.values(fields).join(' '));
}

export function appliedTemplateJson(applied: AppliedTemplate): Record<string, unknown> {
  const { instance, changeSetId, appliedAt, standing } = applied;
  const { records, spf, ...rest } = instance;
  return {
    ...rest,
    key: templateKey(instance),
    standing,
    changeSetId,
    appliedAt: isoTime(appliedAt),
    records: records.map(({ name, rdata, essential, added }) => ({
      name,
      type: typeOf(rdata),
      content: formatRdata(rdata),
      essential,
      added,
    })),
    spf: spf.map(({ name, rules, added }) => ({ name, rules, added })),
  };
}

export function formatAppliedTemplates(out: Output, applied: readonly AppliedTemplate[]): string {
  if (applied.length === 0) return 'No template is applied there.\n';
  return out.table(
    [
      { title: 'TEMPLATE', cell: ({ instance }) => templateKey(instance) },
      { title: 'HOST', cell: ({ instance }) => instance.host || '@' },
      { title: 'STANDS', cell: ({ standing }) => standing },
      { title: 'RECORDS', cell: ({ instance }) => String(instance.records.length), align: 'right' },
      { title: 'APPLIED', cell: ({ appliedAt }) => timeWithAge(appliedAt, out.now()) },
      { title: 'BY', cell: ({ changeSetId }) => changeSetId },
    ],
    applied,
  );
}

function sourceText({ url, checked }: NonNullable<Template['source']>): string {
  return checked === null
    ? `${visible(url)}; not every value was compared with it`
    : `${visible(url)}, compared ${visible(checked)}`;
}
