/** `zoneward records life`: everything that a record has been, and who made it so. */
import type { Command } from 'commander';
import { type RecordChapter, type RecordId, type RecordLife, ZonewardError } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { examples } from '../help.ts';
import type { Output } from '../output/output.ts';
import { isoTime, timeWithAge } from '../output/time.ts';
import { visible } from '../output/width.ts';
import type { Session } from '../session.ts';
import { fieldsJson, recordJson } from '../views/record.ts';
import { freshnessJson, freshnessText, originText, revisionJson } from '../views/zone.ts';

const ID = /^[0-9a-f]{32}$/;

export function registerRecordsLife(records: Command, cli: Cli): void {
  records
    .command('life <zone> <record>')
    .description(
      "A record's whole life: every state, when it began and ended, and by whom. By name, or by id.",
    )
    .option('--type <type>', 'of the records of a name, those of this type')
    .addHelpText(
      'after',
      examples(
        'zoneward records life example.com www --type A',
        'zoneward records life example.com RECORD-ID',
      ),
    )
    .action(
      cli.run(async (session, zone: string, record: string, flags: { readonly type?: string }) => {
        const ids = ID.test(record) ? [record as RecordId] : await idsOf(session, zone, record, flags.type);
        const tenant = await session.tenant();
        const lives: RecordLife[] = [];
        for (const id of ids) lives.push(await tenant.zones.recordLife(zone, id));
        const { out } = session;
        out.result({
          json: () => ({ zone, records: lives.map(lifeJson) }),
          text: () => lives.map((life) => formatLife(out, life)).join('\n'),
        });
        const [first] = lives;
        if (first !== undefined)
          out.note(out.notePaint.dim(`verified ${freshnessText(first.freshness, out.now())}`));
      }),
    );
}

/** The records of a name as the mirror holds them now. */
async function idsOf(
  session: Session,
  zone: string,
  name: string,
  type: string | undefined,
): Promise<RecordId[]> {
  const tenant = await session.tenant();
  const { selectRecords } = await import('../../app/edit-records.ts');
  const { facts } = await tenant.zones.get(zone, session.flags.connection);
  const { records } = await tenant.zones.records(zone);
  const live = records.map(({ record }) => record);
  const found = selectRecords(live, { name, ...(type === undefined ? {} : { type }) }, facts.name);
  if (found.length > 0) return found.map(({ id }) => id);
  throw new ZonewardError(`${facts.name} has no record ${name}${type === undefined ? '' : ` ${type}`} now`, {
    code: 'record-unknown',
    kind: 'not-found',
    next: [
      `zoneward records list ${facts.name}`,
      `One that is gone is found by its id: zoneward zones diff ${facts.name} REVISION --json`,
    ],
  });
}

function lifeJson({ freshness, chapters }: RecordLife): Record<string, unknown> {
  return {
    freshness: freshnessJson(freshness),
    chapters: chapters.map(({ version, began, ended }) => ({
      ...recordJson({ record: version.record }),
      from: began === null ? { revision: version.fromRevision } : revisionJson(began),
      to:
        ended === null
          ? version.toRevision === null
            ? null
            : { revision: version.toRevision }
          : revisionJson(ended),
      until: isoTime(ended?.at ?? null),
    })),
  };
}

function formatLife(out: Output, { chapters }: RecordLife): string {
  const latest = chapters.at(-1);
  if (latest === undefined) return '';
  const { name, type } = fieldsJson(latest.version.record.fields);
  const gone = latest.version.toRevision !== null;
  const head = `${out.paint.bold(visible(String(name)))}  ${type}  ${out.paint.dim(latest.version.record.id)}\n`;
  const end = gone ? `${out.paint.red('  - gone')}  ${endText(out, latest)}\n` : '';
  return `${head}${chapters.map((chapter) => formatChapter(out, chapter)).join('')}${end}`;
}

function formatChapter(out: Output, { version, began }: RecordChapter): string {
  const { content, ttl, proxied, comment } = fieldsJson(version.record.fields);
  const extras = [`ttl ${ttl}`, proxied === true ? 'proxied' : '', String(comment)].filter(
    (part) => part !== '',
  );
  const when =
    began === null
      ? `revision ${version.fromRevision}`
      : `${timeWithAge(began.at, out.now())}, revision ${began.revision}, ${visible(originText(began.origin))}`;
  return `  ${visible(String(content))}  ${out.paint.dim(visible(extras.join(', ')))}\n      ${out.paint.dim(`since ${when}`)}\n`;
}

function endText(out: Output, { version, ended }: RecordChapter): string {
  if (ended === null) return out.paint.dim(`revision ${version.toRevision}`);
  return out.paint.dim(
    `${timeWithAge(ended.at, out.now())}, revision ${ended.revision}, ${visible(originText(ended.origin))}`,
  );
}
