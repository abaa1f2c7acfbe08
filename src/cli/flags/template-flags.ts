/** Flags that name a template and say where and with what values: the same for `templates`, `plan` and `provision`. */
import type { Command } from 'commander';
import type { TemplateReference, TemplateRequest } from '../../app/re-exports.ts';
import { UsageError } from '../errors.ts';
import { collect } from '../help.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';

export interface TemplateFlags {
  readonly template?: string;
  readonly var?: readonly string[];
  readonly host?: string;
  readonly group?: readonly string[];
  readonly omitUnsupported?: boolean;
}

/** Flags that say which template, where and with what values. */
export function withTemplateFlags(command: Command): Command {
  return command
    .option('--var <name=value>', 'a value for a variable (may be given again)', collect)
    .option('--host <name>', 'below the zone; without it the zone itself')
    .option('--group <name>', 'only this group of the template (may be given again)', collect)
    .option('--omit-unsupported', 'leave out redirects, which are no DNS records');
}

/** A path when it looks like one, a key of the pack otherwise. */
export async function readTemplate(session: Session, reference: string): Promise<TemplateReference> {
  const isFile =
    /[\\/].*\.|\.(?:json|ya?ml)$|^\.|^-$/i.test(reference) && !/^[\w.-]+\/[\w-]+$/.test(reference);
  return isFile ? readSource(session.io, reference) : reference;
}

/** Throws for a `--var` that is not `name=value`, or that names a variable twice. */
export function templateRequest(flags: TemplateFlags): TemplateRequest {
  const variables: Record<string, string> = {};
  for (const word of flags.var ?? []) {
    const at = word.indexOf('=');
    const name = word.slice(0, at);
    if (at < 1) throw new UsageError(`--var ${word} has no value.`, ['Write it like --var name=value']);
    if (Object.hasOwn(variables, name)) throw new UsageError(`--var ${name} is given twice.`);
    variables[name] = word.slice(at + 1);
  }
  return {
    variables,
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.group === undefined ? {} : { groups: flags.group }),
    ...(flags.omitUnsupported === true ? { omitUnsupported: true } : {}),
  };
}
