/** `zoneward plan`: what a file would change. Reads Cloudflare, writes nothing. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Planned } from '../../app/re-exports.ts';
import { formatPlanFile, hasErrors, InvalidInputError, renderMarkdown } from '../../app/re-exports.ts';
import { countChanges } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { planSource, type SourceFlags, withSourceFlags } from '../flags/source-flags.ts';
import { readTemplate, type TemplateFlags, templateRequest } from '../flags/template-flags.ts';
import { collect, examples } from '../help.ts';
import { formatProblems } from '../output/error.ts';
import type { Session } from '../session.ts';
import { formatPlanned, plannedJson } from '../views/plan.ts';

interface PlanFlags extends SourceFlags, Omit<TemplateFlags, 'omitUnsupported'> {
  readonly save?: string;
  readonly detailedExitcode?: boolean;
  readonly markdown?: boolean;
}

export function register(program: Command, cli: Cli): void {
  withSourceFlags(
    program
      .command('plan [zone]')
      .description(
        'Show what a file would change in a zone: the diff, its risk, its price in calls. Writes nothing.',
      )
      .option(
        '-f, --file <path>',
        'master file, zone document (YAML, JSON) or octoDNS YAML; - for standard input',
      ),
  )
    .addOption(
      new Option(
        '--template <template>',
        'instead of a file: a key of the pack, or a template file',
      ).conflicts(['file', 'format', 'only', 'own']),
    )
    .option('--var <name=value>', 'a value for a variable of the template (may be given again)', collect)
    .option('--host <name>', 'where the template goes, below the zone')
    .option('--group <name>', 'only this group of the template (may be given again)', collect)
    .option('--save <path>', 'keep the plan in a file, for `zoneward apply`')
    .option('--detailed-exitcode', 'exit with 3 when there are changes')
    .option('--markdown', 'as Markdown, for a pull request')
    .addHelpText(
      'after',
      `${examples(
        'zoneward plan example.com -f example.com.yaml',
        'zoneward plan example.com -f example.com.zone --save plan.json && zoneward apply plan.json',
        'zoneward plan example.com -f example.com.yaml --detailed-exitcode --quiet   (in CI)',
      )}\nThe file speaks for the whole zone: a record that it does not list is planned for deletion, unless manage:\nin the file or --only narrows it. A field that it leaves out stays, and a file without records deletes nothing.\n`,
    )
    .action(
      cli.run(async (session, zone: string | undefined, flags: PlanFlags) => {
        refuseMixed(flags);
        const planned =
          flags.template === undefined
            ? await planSource(session, session.zoneName(zone), flags)
            : await planTemplate(session, session.zoneName(zone), flags);
        const { out } = session;
        const problems = planned.zones.flatMap(({ plan }) => plan.problems);
        const refused = hasErrors(problems);
        if (refused && !out.json)
          throw new InvalidInputError('The plan has errors; nothing was written.', problems);
        const plans = planned.zones.map(({ plan }) => plan);
        if (flags.markdown === true) session.io.stdout.write(renderMarkdown(plans));
        else out.result({ json: () => plannedJson(planned), text: () => formatPlanned(out, planned) });
        if (refused) {
          for (const line of formatProblems(problems, out.notePaint)) session.io.stderr.write(`${line}\n`);
          return EXIT.usage;
        }
        if (flags.save !== undefined) {
          await writeFile(path.resolve(session.io.cwd, flags.save), formatPlanFile(plans), { mode: 0o600 });
          out.note(`Saved. Apply it with: zoneward apply ${flags.save}`);
        }
        return flags.detailedExitcode === true && countChanges(planned) > 0 ? EXIT.findings : EXIT.done;
      }),
    );
}

/** Throws before anything is read. A plan file does not hold what a template's memory needs. */
function refuseMixed({ file, template, save, ...flags }: PlanFlags): void {
  if (file === undefined && template === undefined)
    throw new UsageError('What is wanted? Give -f FILE or --template TEMPLATE.');
  if (template === undefined && (flags.var ?? flags.host ?? flags.group) !== undefined)
    throw new UsageError('--var, --host and --group belong to --template.');
  if (template !== undefined && save !== undefined)
    throw new UsageError(
      'The plan of a template is not saved to a file: applied from there it would not be remembered as a template.',
      [`zoneward templates apply ZONE --template ${template}`],
    );
}

async function planTemplate(session: Session, zone: string, flags: PlanFlags): Promise<Planned> {
  const { templates } = await session.tenant();
  const template = await readTemplate(session, flags.template ?? '');
  return templates.plan(zone, template, { ...session.via, ...templateRequest(flags) });
}
