/** The tables of docs/configuration.md, from the table that settings are read by. */
import { OTHER_VARIABLES, SETTINGS, type Setting } from '../../src/app/settings.ts';
import { code, fillPart, table } from './markdown.ts';

export function fillConfigurationPage(page: string): string {
  return fillPart(fillPart(page, 'settings', settings()), 'variables', variables());
}

function settings(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => [
    setting.inFile === false ? '' : code(name),
    ...cellsOf(setting),
  ]);
  return table(['in the file', 'variable', 'flag', 'what it is', 'by default'], rows);
}

function variables(): string {
  return table(['variable', 'flag', 'what it is', 'by default'], OTHER_VARIABLES.map(cellsOf));
}

function cellsOf({ variable, flag, about, byDefault }: Setting): string[] {
  return [code(variable), flag === undefined ? '' : code(flag), about, byDefault];
}
