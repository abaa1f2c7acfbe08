/** `zoneward templates`: what services want in a zone, as templates: looked at, checked, applied, taken away. */
import path from 'node:path';
import type { Command } from 'commander';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import {
  readTemplate,
  type TemplateFlags,
  templateRequest,
  withTemplateFlags,
} from '../flags/template-flags.ts';
import { examples } from '../help.ts';
import { formatProblems } from '../output/error.ts';
import { counted } from '../output/words.ts';
import {
  appliedTemplateJson,
  formatAppliedTemplates,
  formatTemplate,
  formatTemplates,
  templateJson,
} from '../views/template.ts';

export function register(program: Command, cli: Cli): void {
  const templates = program
    .command('templates')
    .alias('template')
    .description('Domain Connect templates: the pack that comes with Zoneward, and any file.');
  registerLooking(templates, cli);
  registerApplying(templates, cli);
}

function registerLooking(templates: Command, cli: Cli): void {
  templates
    .command('list')
    .description('The templates of the pack.')
    .action(
      cli.run(async (session) => {
        const list = await (await session.tenant()).templates.list();
        session.out.result({
          json: () => ({ templates: list.map(templateJson) }),
          text: () => formatTemplates(session.out, list),
        });
      }),
    );
  templates
    .command('show <template>')
    .description('A template with its variables, groups and records: a key of the pack, or a file.')
    .addHelpText(
      'after',
      examples('zoneward templates show workspace', 'zoneward templates show ./mine.json'),
    )
    .action(
      cli.run(async (session, reference: string) => {
        const { templates: room } = await session.tenant();
        const template = await room.show(await readTemplate(session, reference));
        session.out.result({
          json: () => templateJson(template),
          text: () => formatTemplate(session.out, template),
        });
      }),
    );
  templates
    .command('check <paths...>')
    .description(
      'Read template files, or folders of them, and tell every mistake. Exit code 3 when there is one.',
    )
    .addHelpText('after', examples('zoneward templates check ./templates ./other/mine.json'))
    .action(
      cli.run(async (session, paths: readonly string[]) => {
        const { readTemplateFiles } = await import('../../app/template-files.ts');
        const files = (
          await Promise.all(paths.map((one) => readTemplateFiles(path.resolve(session.io.cwd, one))))
        ).flat();
        const wrong = files.filter(({ template }) => template === null);
        session.out.result({
          json: () => ({
            files: files.map(({ file, problems, template }) => ({
              file,
              valid: template !== null,
              problems,
            })),
          }),
          text: () => {
            const lines = files.flatMap(({ problems }) => formatProblems(problems, session.out.paint));
            return [
              ...lines,
              `${counted(files.length, 'template')} read, ${wrong.length} not usable.`,
              '',
            ].join('\n');
          },
        });
        return wrong.length === 0 ? EXIT.done : EXIT.findings;
      }),
    );
  templates
    .command('applied <zone>')
    .description('What is applied to a zone, and how much of it is there still.')
    .action(
      cli.run(async (session, zone: string) => {
        const applied = await (await session.tenant()).templates.applied(session.zoneName(zone));
        session.out.result({
          json: () => ({ applied: applied.map(appliedTemplateJson) }),
          text: () => formatAppliedTemplates(session.out, applied),
        });
      }),
    );
}

function registerApplying(templates: Command, cli: Cli): void {
  const apply = templates
    .command('apply <zone>')
    .description(
      'Plan a template on a zone, show what it adds and what gives way, and apply it. Applied again it replaces itself.',
    )
    .requiredOption('--template <template>', 'a key of the pack, or a file');
  withApplyFlags(withTemplateFlags(apply))
    .addHelpText(
      'after',
      examples(
        'zoneward templates apply example.com --template workspace --var verification=… --group mail',
        'zoneward templates apply example.com --template vercel.com/host --host shop --dry-run',
      ),
    )
    .action(
      cli.run(async (session, zone: string, flags: TemplateFlags & ApplyFlags) => {
        const { templates: room } = await session.tenant();
        const template = await readTemplate(session, flags.template ?? '');
        const request = { ...session.via, ...templateRequest(flags) };
        return applyPlanned(session, await room.plan(session.zoneName(zone), template, request), flags);
      }),
    );
  const remove = templates
    .command('remove <zone> <template>')
    .description('Take away what a template added, and nothing else.')
    .option('--host <name>', 'where it was applied; without it the zone itself');
  withApplyFlags(remove)
    .addHelpText('after', examples('zoneward templates remove example.com google.com/workspace'))
    .action(
      cli.run(async (session, zone: string, key: string, flags: ApplyFlags & { readonly host?: string }) => {
        const { templates: room } = await session.tenant();
        const at = flags.host === undefined ? {} : { host: flags.host };
        const planned = await room.planRemoval(session.zoneName(zone), key, { ...session.via, ...at });
        return applyPlanned(session, planned, flags);
      }),
    );
}
